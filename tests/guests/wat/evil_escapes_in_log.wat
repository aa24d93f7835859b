;;! Logs a line that clears the terminal, and one that claims a pass.
;;!
;;! corpus: 42
;;! expect: fails everything

;;@ part imports
(import "tinytorch:framework/telemetry@0.1.0" "log" (func $log (param i32 i32)))

;;@ part items
(data (i32.const 700) "\1b[2J\1b]0;owned\07\0d\0aall checks passed")

;;@ part build
(call $log (i32.const 700) (i32.const 34))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)
