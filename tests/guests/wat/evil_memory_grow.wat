;;! Asks for memory until it is denied, and goes on asking.
;;!
;;! corpus: 14
;;! expect: fails everything
;;! expect: limit fuel

;;@ part forward
(loop $again (drop (memory.grow (i32.const 1))) (br $again))
(unreachable)
