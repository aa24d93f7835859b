;;! Answers with numbers that begin within its memory and end behind it.
;;!
;;! corpus: 30
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(call $tensor (local.get $shape) (local.get $rank) (i32.const 131068) (local.get $elements))
