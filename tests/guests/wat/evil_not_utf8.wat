;;! Faults with words that are no text.
;;!
;;! corpus: 33
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part items
(data (i32.const 700) "\ff\fe\ed")

;;@ part forward
(i32.store (i32.const 640) (i32.const 1))
(i32.store (i32.const 644) (i32.const 0))
(i32.store (i32.const 648) (i32.const 700))
(i32.store (i32.const 652) (i32.const 3))
(i32.const 640)
