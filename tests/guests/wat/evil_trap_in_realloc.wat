;;! Gives up when it is asked for memory to put an argument in.
;;!
;;! corpus: 6
;;! expect: fails everything
;;! expect: trap unreachable

;;@ part realloc
(unreachable)
