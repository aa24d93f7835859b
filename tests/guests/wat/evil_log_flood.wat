;;! Logs two thousand lines of ten kilobytes each time that it builds a model: more than are kept, and each is cut.
;;!
;;! corpus: 35
;;! expect: fails everything
;;! expect: limit output-bytes

;;@ part imports
(import "tinytorch:framework/telemetry@0.1.0" "log" (func $log (param i32 i32)))

;;@ part build
(local $logged i32)
(loop $again
  (call $log (i32.const 65536) (i32.const 10000))
  (br_if $again
    (i32.lt_u (local.tee $logged (i32.add (local.get $logged) (i32.const 1))) (i32.const 2000))))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)
