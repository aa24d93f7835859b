;;! Starts with as many table elements as it may have, and asks for one more.
;;!
;;! corpus: 15, 16
;;! expect: fails everything
;;! expect: limit tables

;;@ part items
(table $table 99999 funcref)

;;@ part forward
(if (i32.eq (i32.const -1) (table.grow $table (ref.null func) (i32.const 1))) (then (unreachable)))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
