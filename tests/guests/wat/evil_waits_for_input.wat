;;! Reads from an input that nobody writes to, and waits until there is something.
;;!
;;! corpus: 58
;;! expect: fails everything

;;@ part imports
(import "wasi:cli/stdin@0.2.6" "get-stdin" (func $stdin (result i32)))
(import "wasi:io/streams@0.2.6" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))

;;@ part forward
(call $read (call $stdin) (i64.const 0x7fffffffffffffff) (i32.const 900))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
