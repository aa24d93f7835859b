;;! Divides the smallest numbers by each other, on which processors spend a hundred times what fuel they cost.
;;!
;;! corpus: 45
;;! expect: fails everything
;;! expect: limit fuel

;;@ part forward
(local $sum v128) (local $small v128)
(local.set $small (i64x2.splat (i64.const 0x000fffffffffffff)))
(loop $again
  (local.set $sum (f64x2.sqrt (f64x2.add (local.get $sum) (local.get $small))))
  (local.set $sum (f64x2.mul (f64x2.mul (local.get $small) (local.get $sum)) (local.get $sum)))
  (local.set $sum (f64x2.div (local.get $sum) (f64x2.add (local.get $small) (local.get $sum))))
  (local.set $sum (f64x2.mul (local.get $small) (local.get $sum)))
  (br $again))
(unreachable)
