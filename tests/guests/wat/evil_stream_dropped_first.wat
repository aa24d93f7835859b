;;! Drops its output while it still waits for it.
;;!
;;! corpus: 37
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part imports
(import "wasi:cli/stdout@0.2.6" "get-stdout" (func $stdout (result i32)))
(import "wasi:io/streams@0.2.6" "[method]output-stream.subscribe" (func $wait (param i32) (result i32)))
(import "wasi:io/streams@0.2.6" "[resource-drop]output-stream" (func $close (param i32)))

;;@ part forward
(local $stream i32)
(local.set $stream (call $stdout))
(drop (call $wait (local.get $stream)))
(call $close (local.get $stream))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
