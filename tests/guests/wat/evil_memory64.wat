;;! Wants a memory of 64-bit addresses.
;;!
;;! corpus: 54
;;! expect: refused invalid

;;@ component
(component (core module (memory i64 1)))
