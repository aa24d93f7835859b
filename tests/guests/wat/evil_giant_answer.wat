;;! Answers with two million numbers whatever it is asked.
;;!
;;! corpus: 35
;;! expect: fails everything
;;! expect: limit output-elements

;;@ part pages
200

;;@ part items
(data (i32.const 600) "\80\84\1e\00")

;;@ part forward
(call $tensor (i32.const 600) (i32.const 1) (i32.const 65536) (i32.const 2000000))
