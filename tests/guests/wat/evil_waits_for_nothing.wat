;;! Waits for the first of no things.
;;!
;;! corpus: 58
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part imports
(import "wasi:io/poll@0.2.6" "poll" (func $poll (param i32 i32 i32)))

;;@ part forward
(call $poll (i32.const 0) (i32.const 0) (i32.const 900))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
