;;! Copies from elements that it dropped.
;;!
;;! expect: fails everything
;;! expect: trap indirect-call

;;@ part items
(table $table 4 funcref)
(func $nothing)
(elem $functions func $nothing)

;;@ part forward
(elem.drop $functions)
(table.init $table $functions (i32.const 0) (i32.const 0) (i32.const 1))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
