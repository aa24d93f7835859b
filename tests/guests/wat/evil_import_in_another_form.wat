;;! Imports the contract's telemetry with a function that it does not have.
;;!
;;! corpus: 39
;;! expect: fails everything

;;@ component
(component
  (import "tinytorch:framework/telemetry@0.1.0" (instance
    (export "read-expected-values" (func (result (list f32)))))))
