;;! Wants the network of the host. Of WASI it may import what runtimes ask for at their start, and nothing of that
;;! tells it anything; sockets are refused by name.
;;!
;;! corpus: 40
;;! expect: refused import

;;@ part imports
(import "wasi:sockets/instance-network@0.2.6" "instance-network" (func $network (result i32)))

;;@ part build
(drop (call $network))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)
