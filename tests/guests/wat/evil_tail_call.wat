;;! Calls without end in one frame, by an instruction that is switched off.
;;!
;;! expect: refused invalid

;;@ component
(component (core module (func $again (return_call $again))))
