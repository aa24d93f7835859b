;;! Puts the host's arguments at odd addresses.
;;!
;;! corpus: 9
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part realloc
(i32.const 4097)
