;;! Multiplies and adds as the machine at hand likes to, which would tell machines apart.
;;!
;;! corpus: 55
;;! expect: refused invalid

;;@ component
(component (core module
  (func (param v128 v128 v128) (result v128)
    (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))))
