;;! Answers with numbers at an address that is not a multiple of four.
;;!
;;! corpus: 31
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(call $tensor (local.get $shape) (local.get $rank) (i32.const 4098) (local.get $elements))
