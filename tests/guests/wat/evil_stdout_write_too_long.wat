;;! Writes sixteen megabytes to its output at once, where four kilobytes are allowed.
;;!
;;! corpus: 35, 42
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part imports
(import "wasi:cli/stdout@0.2.6" "get-stdout" (func $stdout (result i32)))
(import "wasi:io/streams@0.2.6" "[method]output-stream.blocking-write-and-flush"
  (func $write (param i32 i32 i32 i32)))

;;@ part pages
300

;;@ part forward
(call $write (call $stdout) (i32.const 65536) (i32.const 16000000) (i32.const 900))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
