;;! Lifts a function that need not answer at once.
;;!
;;! corpus: 58
;;! expect: refused invalid

;;@ component
(component
  (core module $m (func (export "f") (result i32) (i32.const 0)) (func (export "g") (param i32 i32 i32) (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func async (canon lift (core func $i "f") async (callback (func $i "g")))))
