;;! Calls without end in one frame, by an instruction that is switched off.
;;!
;;! corpus: 52
;;! expect: refused invalid

;;@ component
(component (core module (func $again (return_call $again))))
