;;! Calls itself through a table, where no call says whom it calls.
;;!
;;! corpus: 17
;;! expect: fails everything
;;! expect: limit stack

;;@ part items
(table $table 1 funcref)
(elem (table $table) (i32.const 0) func $dive)
(type $nothing (func))
(func $dive (type $nothing) (call_indirect $table (type $nothing) (i32.const 0)) (call_indirect $table (type $nothing) (i32.const 0)))

;;@ part forward
(call $dive)
(unreachable)
