;;! Answers with its input, and puts other numbers there when it may clean up. The host has the answer by then.
;;!
;;! expect: fails everything

;;@ part post-forward
(memory.fill (i32.const 4096) (i32.const 0xff) (i32.const 60000))
(i32.store (i32.const 652) (i32.const -4))
