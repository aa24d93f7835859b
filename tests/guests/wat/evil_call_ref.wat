;;! Calls by reference, by an instruction that is switched off; in some releases fuel was lost on that way.
;;!
;;! corpus: 52
;;! expect: refused invalid

;;@ component
(component (core module
  (type $t (func))
  (func (param (ref null $t)) (call_ref $t (local.get 0)))))
