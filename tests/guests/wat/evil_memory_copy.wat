;;! Copies eight megabytes onto themselves over and over.
;;!
;;! corpus: 43
;;! expect: fails everything
;;! expect: limit fuel

;;@ part pages
256

;;@ part forward
(loop $again
  (memory.copy (i32.const 1) (i32.const 0) (i32.const 0x800000))
  (br $again))
(unreachable)
