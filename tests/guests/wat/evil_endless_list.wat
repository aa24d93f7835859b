;;! Answers with a list of 4,294,967,295 numbers.
;;!
;;! corpus: 29
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(call $tensor (local.get $shape) (local.get $rank) (i32.const 0) (i32.const -1))
