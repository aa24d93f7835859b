;;! Looks for files and for the environment, and gives up unless it finds some. There are none.
;;!
;;! corpus: 40
;;! expect: fails everything
;;! expect: trap unreachable

;;@ part imports
(import "wasi:cli/environment@0.2.6" "get-environment" (func $environment (param i32)))
(import "wasi:filesystem/preopens@0.2.6" "get-directories" (func $directories (param i32)))

;;@ part build
(call $environment (i32.const 720))
(call $directories (i32.const 728))
(if (i32.eqz (i32.or (i32.load (i32.const 724)) (i32.load (i32.const 732)))) (then (unreachable)))
(i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)
