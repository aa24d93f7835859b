;;! Makes models and drops them, without end, and never has more than one.
;;!
;;! corpus: 37
;;! expect: fails everything
;;! expect: limit fuel

;;@ part imports
(import "[export]tinytorch:framework/models@0.1.0" "[resource-drop]model" (func $drop (param i32)))

;;@ part build
(loop $again (call $drop (call $new (i32.const 1))) (br $again))
(unreachable)
