;;! Four memories, each of which is small enough and all of which are not.
;;!
;;! corpus: 13
;;! expect: fails everything
;;! expect: limit memory

;;@ nested
(component
  (core module $m (memory 400))
  (core instance (instantiate $m)) (core instance (instantiate $m)) (core instance (instantiate $m)))
