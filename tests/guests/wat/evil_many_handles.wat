;;! Makes a million models when one is wanted.
;;!
;;! corpus: 37
;;! expect: fails everything
;;! expect: limit handles

;;@ part build
(local $made i32)
(loop $again
  (i32.store (i32.const 516) (call $new (i32.const 1)))
  (br_if $again
    (i32.lt_u (local.tee $made (i32.add (local.get $made) (i32.const 1))) (i32.const 1000000))))
(i32.const 512)
