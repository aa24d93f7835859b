;;! `forward` calls itself without end.
;;!
;;! corpus: 17
;;! expect: fails everything
;;! expect: limit stack

;;@ part items
(func $dive (call $dive) (call $dive))

;;@ part forward
(call $dive)
(unreachable)
