;;! Asks for three times what it may have, and for half of it when that is denied, down to nothing.
;;!
;;! corpus: 14
;;! expect: fails everything
;;! expect: limit memory

;;@ part forward
(local $pages i32)
(local.set $pages (i32.const 3000))
(loop $less
  (drop (memory.grow (local.get $pages)))
  (br_if $less (local.tee $pages (i32.shr_u (local.get $pages) (i32.const 1)))))
(unreachable)
