;;! Drops a directory that was never opened to it.
;;!
;;! corpus: 37, 40
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part imports
(import "wasi:filesystem/types@0.2.6" "[resource-drop]descriptor" (func $close (param i32)))

;;@ part build
(call $close (i32.const 3))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)
