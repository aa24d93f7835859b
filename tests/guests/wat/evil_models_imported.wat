;;! Imports something that the contract does not have, by a name that would be mistaken for it.
;;!
;;! corpus: 39
;;! expect: refused import

;;@ component
(component (import "tinytorch:framework/models@0.1.0" (instance)))
