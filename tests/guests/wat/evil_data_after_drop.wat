;;! Copies from data that it dropped.
;;!
;;! expect: fails everything
;;! expect: trap memory-out-of-bounds

;;@ part items
(data $words "words")

;;@ part forward
(data.drop $words)
(memory.init $words (i32.const 700) (i32.const 0) (i32.const 5))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
