;;! Reports an epoch whose loss is no number, and whose accuracy is infinite.
;;!
;;! corpus: 36
;;! expect: fails everything

;;@ part imports
(import "tinytorch:framework/telemetry@0.1.0" "report"
  (func $report (param i32 f32 f32 i32 f32 i32 f32) (result i32)))

;;@ part build
(drop (call $report (i32.const -1) (f32.const nan:0x200001) (f32.const inf)
  (i32.const 1) (f32.const -nan) (i32.const 1) (f32.const -0)))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)
