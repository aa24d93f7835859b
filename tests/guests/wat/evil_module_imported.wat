;;! Wants a module of the host's choice.
;;!
;;! corpus: 60
;;! expect: refused import

;;@ component
(component (import "tinytorch:framework/telemetry@0.1.0" (core module)))
