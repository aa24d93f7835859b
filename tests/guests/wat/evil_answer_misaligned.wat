;;! Says that its answer begins at an odd address.
;;!
;;! corpus: 32
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part forward
(i32.const 641)
