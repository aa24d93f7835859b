;;! Asked for memory to put an argument in, it calls the host, which is in the middle of a call to it.
;;!
;;! corpus: 11
;;! expect: fails everything
;;! expect: trap other

;;@ part imports
(import "tinytorch:framework/telemetry@0.1.0" "log" (func $log (param i32 i32)))

;;@ part realloc
(call $log (i32.const 700) (i32.const 4))
(call $alloc (local.get $bytes))
