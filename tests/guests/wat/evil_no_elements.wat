;;! Answers with nothing: a tensor of shape [0].
;;!
;;! corpus: 36
;;! expect: fails everything

;;@ part forward
(call $tensor (i32.const 700) (i32.const 1) (i32.const 0) (i32.const 0))
