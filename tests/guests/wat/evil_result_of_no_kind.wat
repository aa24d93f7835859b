;;! Answers with what is neither an answer nor a fault.
;;!
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(i32.store (i32.const 640) (i32.const 2))
(i32.const 640)
