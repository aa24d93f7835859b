;;! Puts all of the host's arguments in one place, where they overwrite each other. It harms itself alone.
;;!
;;! corpus: 10
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part pages
16

;;@ part realloc
(i32.const 65536)
