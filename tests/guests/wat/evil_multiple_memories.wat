;;! One module with two memories, which the engines do not run.
;;!
;;! corpus: 13
;;! expect: refused invalid

;;@ component
(component (core module (memory 1) (memory 1)))
