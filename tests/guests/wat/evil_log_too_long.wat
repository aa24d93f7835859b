;;! Logs a line of seventeen megabytes, which is more than the host copies out for one call.
;;!
;;! corpus: 35
;;! expect: fails everything
;;! expect: limit output-bytes

;;@ part imports
(import "tinytorch:framework/telemetry@0.1.0" "log" (func $log (param i32 i32)))

;;@ part pages
400

;;@ part build
(call $log (i32.const 65536) (i32.const 17000000))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)
