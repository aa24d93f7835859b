;;! Nests a component whose start function gives up.
;;!
;;! corpus: 57
;;! expect: fails everything
;;! expect: trap unreachable

;;@ nested
(component (core module $m (func $start (unreachable)) (start $start)) (core instance (instantiate $m)))
