;;! Answers with the numbers that are asked for, and with no shape: a scalar of many elements.
;;!
;;! corpus: 36
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(call $tensor (i32.const 0) (i32.const 0) (local.get $data) (local.get $elements))
