;;! Asks for the representation of a handle that nobody has.
;;!
;;! corpus: 37
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part imports
(import "[export]tinytorch:framework/models@0.1.0" "[resource-rep]model" (func $rep (param i32) (result i32)))

;;@ part forward
(drop (call $rep (i32.const 12345)))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
