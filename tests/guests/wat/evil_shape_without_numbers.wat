;;! Answers with the shape that is asked for, and with no numbers.
;;!
;;! corpus: 36
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(call $tensor (local.get $shape) (local.get $rank) (i32.const 0) (i32.const 0))
