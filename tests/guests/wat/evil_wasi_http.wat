;;! Wants to ask the network.
;;!
;;! corpus: 40
;;! expect: refused import

;;@ component
(component (import "wasi:http/outgoing-handler@0.2.6" (instance)))
