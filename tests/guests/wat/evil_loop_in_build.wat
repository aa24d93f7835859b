;;! `build` never ends.
;;!
;;! corpus: 1
;;! expect: fails everything
;;! expect: limit fuel

;;@ part build
(loop $again (br $again))
(unreachable)
