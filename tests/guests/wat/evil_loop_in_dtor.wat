;;! Never ends when a model is given back, which it does itself.
;;!
;;! corpus: 5
;;! expect: fails everything
;;! expect: limit fuel

;;@ part imports
(import "[export]tinytorch:framework/models@0.1.0" "[resource-drop]model" (func $drop (param i32)))

;;@ part build
(call $drop (call $new (i32.const 1)))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)

;;@ part dtor
(loop $again (br $again))
