;;! One module with a memory, of which five instances are made.
;;!
;;! corpus: 13
;;! expect: fails everything
;;! expect: limit instances

;;@ nested
(component
  (core module $m (memory 1))
  (core instance (instantiate $m)) (core instance (instantiate $m)) (core instance (instantiate $m))
  (core instance (instantiate $m)))
