;;! Writes eight megabytes of escape sequences to its output before every answer, whatever becomes of them.
;;!
;;! corpus: 42
;;! expect: fails everything

;;@ part imports
(import "wasi:cli/stdout@0.2.6" "get-stdout" (func $stdout (result i32)))
(import "wasi:io/streams@0.2.6" "[method]output-stream.blocking-write-and-flush"
  (func $write (param i32 i32 i32 i32)))

;;@ part items
(data (i32.const 700) "\1b[2J\1b]0;owned\07")

;;@ part forward
(local $to i32) (local $written i32)
(local.set $to (call $stdout))
(loop $again
  (call $write (local.get $to) (i32.const 700) (i32.const 4096) (i32.const 900))
  (br_if $again
    (i32.lt_u (local.tee $written (i32.add (local.get $written) (i32.const 1))) (i32.const 2000))))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
