;;! The start function calls itself without end.
;;!
;;! corpus: 2, 17
;;! expect: fails everything
;;! expect: limit stack

;;@ part items
(func $dive (call $dive) (call $dive))
(start $dive)
