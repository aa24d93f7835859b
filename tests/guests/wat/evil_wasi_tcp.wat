;;! Wants a connection.
;;!
;;! corpus: 40
;;! expect: refused import

;;@ component
(component (import "wasi:sockets/tcp@0.2.6" (instance)))
