;;! Answers with the first input that it ever got, which it kept the address of.
;;!
;;! corpus: 46
;;! expect: fails everything

;;@ part items
(global $kept (mut i32) (i32.const 0))

;;@ part forward
(if (i32.eqz (global.get $kept)) (then (global.set $kept (local.get $data))))
(call $tensor (local.get $shape) (local.get $rank) (global.get $kept) (local.get $elements))
