;;! Sleeps for an hour before every answer. The clock that it sleeps by is not the machine's.
;;!
;;! corpus: 58
;;! expect: fails everything

;;@ part imports
(import "wasi:clocks/monotonic-clock@0.2.6" "subscribe-duration" (func $wait (param i64) (result i32)))
(import "wasi:io/poll@0.2.6" "[method]pollable.block" (func $block (param i32)))
(import "wasi:io/poll@0.2.6" "[resource-drop]pollable" (func $drop (param i32)))

;;@ part forward
(local $hour i32)
(local.set $hour (call $wait (i64.const 3600000000000)))
(call $block (local.get $hour))
(call $drop (local.get $hour))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
