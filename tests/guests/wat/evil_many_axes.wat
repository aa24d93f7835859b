;;! Answers with a tensor of fifty thousand axes, each of extent 1: a report that lists them would be its own length.
;;!
;;! corpus: 36
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part pages
100

;;@ part items
(func $fill (local $at i32)
  (local.set $at (i32.const 6000000))
  (loop $again
    (i32.store (local.get $at) (i32.const 1))
    (br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 6200000)))))
(start $fill)

;;@ part forward
(call $tensor (i32.const 6000000) (i32.const 50000) (local.get $data) (i32.const 1))
