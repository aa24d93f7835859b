;;! Faults in a way that the contract does not have.
;;!
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(i32.store (i32.const 640) (i32.const 1))
(i32.store (i32.const 644) (i32.const 255))
(i32.store (i32.const 648) (i32.const 700))
(i32.store (i32.const 652) (i32.const 0))
(i32.const 640)
