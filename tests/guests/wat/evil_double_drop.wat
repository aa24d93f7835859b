;;! Makes a model and drops it twice.
;;!
;;! corpus: 37
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part imports
(import "[export]tinytorch:framework/models@0.1.0" "[resource-drop]model" (func $drop (param i32)))

;;@ part build
(local $model i32)
(local.set $model (call $new (i32.const 1)))
(call $drop (local.get $model))
(call $drop (local.get $model))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)
