;;! Answers with five million numbers: more bytes than the host copies out for one call.
;;!
;;! corpus: 35
;;! expect: fails everything
;;! expect: limit output-bytes

;;@ part pages
400

;;@ part items
(data (i32.const 600) "\40\4b\4c\00")

;;@ part forward
(call $tensor (i32.const 600) (i32.const 1) (i32.const 65536) (i32.const 5000000))
