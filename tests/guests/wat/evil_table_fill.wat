;;! Fills a table of ninety thousand elements over and over.
;;!
;;! corpus: 16, 43
;;! expect: fails everything
;;! expect: limit fuel

;;@ part items
(table $table 90000 funcref)

;;@ part forward
(loop $again
  (table.fill $table (i32.const 0) (ref.null func) (i32.const 90000))
  (br $again))
(unreachable)
