;;! Puts all of the host's arguments at address 0, where no allocator puts anything. It harms itself alone.
;;!
;;! corpus: 10
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part realloc
(i32.const 0)
