;;! Reports a thousand epochs each time that it builds a model, whatever it is told.
;;!
;;! corpus: 35
;;! expect: fails everything

;;@ part imports
(import "tinytorch:framework/telemetry@0.1.0" "report"
  (func $report (param i32 f32 f32 i32 f32 i32 f32) (result i32)))

;;@ part build
(local $epoch i32)
(loop $again
  (drop (call $report (local.get $epoch) (f32.const 0) (f32.const 1) (i32.const 0) (f32.const 0) (i32.const 0) (f32.const 0)))
  (br_if $again (i32.lt_u (local.tee $epoch (i32.add (local.get $epoch) (i32.const 1))) (i32.const 1000))))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)
