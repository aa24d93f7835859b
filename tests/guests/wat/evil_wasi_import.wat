;;! Wants the environment of the host's process.
;;!
;;! expect: refused import

;;@ component
(component
  (import "wasi:cli/environment@0.2.0" (instance
    (export "get-environment" (func (result (list (tuple string string))))))))
