;;! Wants an interface whose name begins like one that is allowed.
;;!
;;! corpus: 39, 40
;;! expect: refused import

;;@ component
(component (import "wasi:cli/environment-of-the-host@0.2.6" (instance)))
