;;! Has data that its memory has no room for.
;;!
;;! expect: fails everything
;;! expect: trap memory-out-of-bounds

;;@ part items
(data (i32.const 131070) "words")
