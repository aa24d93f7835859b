;;! Fills sixteen megabytes over and over: one instruction that a deadline cannot interrupt, but fuel foresees.
;;!
;;! corpus: 43
;;! expect: fails everything
;;! expect: limit fuel

;;@ part pages
256

;;@ part forward
(loop $again
  (memory.fill (i32.const 0) (i32.const 0) (i32.const 0x1000000))
  (br $again))
(unreachable)
