;;! Grows to its last page and writes to every four kilobytes of it, so that the machine has to find the memory.
;;!
;;! corpus: 56
;;! expect: fails everything
;;! expect: limit memory

;;@ part forward
(local $at i32)
(loop $grown
  (if (i32.ne (i32.const -1) (memory.grow (i32.const 1)))
    (then
      (local.set $at (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536)))
      (loop $touched
        (i32.store (local.get $at) (i32.const 1))
        (local.set $at (i32.add (local.get $at) (i32.const 4096)))
        (br_if $touched (i32.lt_u (local.get $at) (i32.mul (memory.size) (i32.const 65536)))))
      (br $grown))))
(unreachable)
