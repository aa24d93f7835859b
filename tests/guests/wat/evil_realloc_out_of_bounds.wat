;;! Puts the host's arguments behind the end of its memory.
;;!
;;! corpus: 8
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part realloc
(i32.const -8)
