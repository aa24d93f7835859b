;;! Faults with four megabytes of words, of which the host keeps a line.
;;!
;;! corpus: 35
;;! expect: fails everything

;;@ part pages
80

;;@ part forward
(memory.fill (i32.const 65536) (i32.const 65) (i32.const 1000000))
(i32.store (i32.const 640) (i32.const 1))
(i32.store (i32.const 644) (i32.const 1))
(i32.store (i32.const 648) (i32.const 65536))
(i32.store (i32.const 652) (i32.const 1000000))
(i32.const 640)
