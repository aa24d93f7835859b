;;! Four memories, which together are as large as the suite allows. They are summed, and it gets them.
;;!
;;! corpus: 13
;;! expect: fails everything

;;@ nested
(component
  (core module $m (memory 340))
  (core instance (instantiate $m)) (core instance (instantiate $m)) (core instance (instantiate $m)))
