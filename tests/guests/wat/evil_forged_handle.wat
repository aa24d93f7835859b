;;! Hands out a model that it never made.
;;!
;;! corpus: 37
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part build
(i32.store (i32.const 516) (i32.const 77))
(i32.const 512)
