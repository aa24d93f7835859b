;;! Answers with the smallest numbers there are.
;;!
;;! corpus: 36
;;! expect: fails everything

;;@ part forward
(local $at i32)
(local.set $at (local.get $elements))
(loop $again
  (if (local.get $at)
    (then
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store (i32.add (local.get $data) (i32.shl (local.get $at) (i32.const 2))) (i32.const 1))
      (br $again))))
(call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))
