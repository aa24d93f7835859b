;;! Wants a memory of 64-bit addresses.
;;!
;;! expect: refused invalid

;;@ component
(component (core module (memory i64 1)))
