;;! Says that its answer lies at the end of the address space.
;;!
;;! corpus: 32
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(i32.const -4)
