;;! Says that it has one parameter more than an answer may have, each of them empty.
;;!
;;! corpus: 35
;;! expect: fails everything
;;! expect: trap invalid-answer

;;@ part parameters
(i32.store (i32.const 520) (i32.const 65536))
(i32.store (i32.const 524) (i32.const 10001))
(i32.const 520)

;;@ part items
(data (i32.const 600) "\00\00\00\00")
(func $fill (local $at i32)
  (local.set $at (i32.const 65536))
  (loop $again
    (i32.store (local.get $at) (i32.const 600))
    (i32.store offset=4 (local.get $at) (i32.const 1))
    (br_if $again
      (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (i32.const 225552)))))
(start $fill)

;;@ part pages
8
