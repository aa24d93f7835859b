;;! Asks a data set for its length that nobody lent it.
;;!
;;! corpus: 37
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part imports
(import "tinytorch:framework/datasets@0.1.0" "[method]dataset.length" (func $length (param i32) (result i32)))

;;@ part forward
(drop (call $length (i32.const 1)))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
