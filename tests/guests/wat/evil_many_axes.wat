;;! Answers with a tensor of fifty thousand axes, each of extent 1; to layers of later milestones, too, which any
;;! answer shows to be there.
;;!
;;! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, saturation, softmax, softmax-shift
;;! expect: fails flatten, composition, parameter-order, load-exact, independence, repeatability, wrong-shapes
;;! expect: fails initialisation, mnist-mlp

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
