;;! Asks for table elements until it is denied, and gives up.
;;!
;;! corpus: 16
;;! expect: fails everything
;;! expect: limit tables

;;@ part items
(table $table 1 funcref)

;;@ part forward
(loop $again
  (br_if $again (i32.ne (i32.const -1) (table.grow $table (ref.null func) (i32.const 1000)))))
(unreachable)
