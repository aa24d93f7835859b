;;! Asked for memory to put an argument in, it never ends.
;;!
;;! corpus: 3
;;! expect: fails everything
;;! expect: limit fuel

;;@ part realloc
(loop $again (br $again))
(unreachable)
