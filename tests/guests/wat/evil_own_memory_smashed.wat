;;! Overwrites everything that it has before every answer: the arguments, its heap, its data.
;;!
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(memory.fill (i32.const 0) (i32.const 0xee) (i32.const 131072))
(call $tensor (i32.load (i32.const 700)) (i32.const 1) (i32.load (i32.const 704)) (i32.const 1))
