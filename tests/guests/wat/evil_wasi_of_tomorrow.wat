;;! Wants a clock of a later WASI, whose waiting nobody bounds.
;;!
;;! corpus: 40, 58
;;! expect: refused import

;;@ component
(component (import "wasi:clocks/monotonic-clock@0.3.0" (instance)))
