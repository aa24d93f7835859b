;;! Answers with a million numbers, just as many as it may, whatever it is asked and every time.
;;!
;;! corpus: 35
;;! expect: fails everything

;;@ part pages
80

;;@ part items
(data (i32.const 600) "\00\00\10\00")

;;@ part forward
(call $tensor (i32.const 600) (i32.const 1) (i32.const 65536) (i32.const 1048576))
