;;! Copies nearly as much as its fuel allows for every answer, and answers.
;;!
;;! corpus: 44
;;! expect: fails everything

;;@ part pages
64

;;@ part forward
(memory.copy (i32.const 2000000) (i32.const 3000000) (i32.const 900000))
(memory.copy (i32.const 3000000) (i32.const 2000000) (i32.const 900000))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
