;;! `forward` calls itself without end.
;;!
;;! expect: fails everything
;;! expect: limit stack

;;@ part items
(func $dive (call $dive) (call $dive))

;;@ part forward
(call $dive)
(unreachable)
