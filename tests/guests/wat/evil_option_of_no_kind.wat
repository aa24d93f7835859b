;;! Reports an epoch whose validation loss is neither there nor absent.
;;!
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part imports
(import "tinytorch:framework/telemetry@0.1.0" "report"
  (func $report (param i32 f32 f32 i32 f32 i32 f32) (result i32)))

;;@ part build
(drop (call $report (i32.const 1) (f32.const nan) (f32.const -1) (i32.const 7) (f32.const 0) (i32.const 0) (f32.const 0)))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)
