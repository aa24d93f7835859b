;;! Hands out the same model every time, which is the host's since the first.
;;!
;;! corpus: 37
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part items
(global $model (mut i32) (i32.const 0))

;;@ part build
(if (i32.eqz (global.get $model)) (then (global.set $model (call $new (i32.const 1)))))
(i32.store (i32.const 516) (global.get $model))
(i32.const 512)
