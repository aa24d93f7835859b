;;! Throws, by an instruction that is switched off; in some releases fuel was lost on that way.
;;!
;;! corpus: 52
;;! expect: refused invalid

;;@ component
(component (core module (tag $t) (func (throw $t))))
