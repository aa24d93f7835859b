;;! The start function never ends.
;;!
;;! corpus: 2
;;! expect: fails everything
;;! expect: limit fuel

;;@ part items
(func $start (loop $again (br $again)))
(start $start)
