;;! Answers with one number less than the shape says.
;;!
;;! corpus: 36
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(call $tensor (local.get $shape) (local.get $rank) (local.get $data)
  (i32.sub (local.get $elements) (i32.const 1)))
