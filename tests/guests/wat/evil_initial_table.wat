;;! Starts with a table of ten million elements, which are eighty megabytes that no memory counts.
;;!
;;! corpus: 15
;;! expect: refused table-elements

;;@ part items
(table 10000000 funcref)
