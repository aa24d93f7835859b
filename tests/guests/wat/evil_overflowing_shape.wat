;;! Answers with a shape whose product is 2^64, and so 0 for a host that does not look.
;;!
;;! corpus: 36
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part items
(data (i32.const 600) "\00\00\00\80\00\00\00\80\04\00\00\00")

;;@ part forward
(call $tensor (i32.const 600) (i32.const 3) (local.get $data) (i32.const 0))
