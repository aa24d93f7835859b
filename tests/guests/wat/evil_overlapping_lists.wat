;;! Answers with a tensor whose numbers are its own shape. Lists may overlap: the host copies each.
;;!
;;! corpus: 34
;;! expect: fails everything

;;@ part items
(data (i32.const 700) "\02\00\00\00\03\00\00\00")

;;@ part forward
(call $tensor (i32.const 700) (i32.const 1) (i32.const 700) (i32.const 2))
