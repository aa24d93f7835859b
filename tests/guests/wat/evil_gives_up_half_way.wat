;;! Writes half of an answer, logs that it is done, and gives up.
;;!
;;! corpus: 57
;;! expect: fails everything
;;! expect: trap unreachable

;;@ part imports
(import "tinytorch:framework/telemetry@0.1.0" "log" (func $log (param i32 i32)))

;;@ part items
(data (i32.const 700) "done")

;;@ part forward
(drop (call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements)))
(call $log (i32.const 700) (i32.const 4))
(unreachable)
