;;! Spends nearly all of its fuel before anybody asks it anything.
;;!
;;! corpus: 47
;;! expect: fails everything

;;@ part items
(func $start (local $at i32)
  (loop $again
    (br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 250000)))))
(start $start)
