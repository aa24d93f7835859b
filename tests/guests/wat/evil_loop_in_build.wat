;;! `build` never ends.
;;!
;;! expect: fails everything
;;! expect: limit fuel

;;@ part build
(loop $again (br $again))
(unreachable)
