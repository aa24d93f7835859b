;;! Says that its answer lies at the end of the address space.
;;!
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(i32.const -4)
