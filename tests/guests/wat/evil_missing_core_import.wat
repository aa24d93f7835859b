;;! Leaves out what its own module needs, under a name that clears the terminal.
;;!
;;! corpus: 42
;;! expect: refused invalid

;;@ component
(component
  (core module $m (import "\1b[2J" "\1b]0;owned\07" (func)))
  (core instance (instantiate $m)))
