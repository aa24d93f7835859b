;;! Calls itself through its own export, in the outermost component, from one memory to another. It would be a trap,
;;! but there is nothing to grade.
;;!
;;! corpus: 38
;;! expect: fails everything

;;@ component
(component
  (core module $callee
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8))
    (func (export "f") (param i32 i32)))
  (core instance $callee (instantiate $callee))
  (core instance $other (instantiate $callee))
  (func $lifted (param "words" string)
    (canon lift (core func $callee "f") (memory $callee "memory") (realloc (func $callee "realloc"))))
  (core func $lowered (canon lower (func $lifted) (memory $other "memory")))
  (core module $caller
    (import "" "f" (func $f (param i32 i32)))
    (func $start (call $f (i32.const 0) (i32.const 9)))
    (start $start))
  (core instance (instantiate $caller (with "" (instance (export "f" (func $lowered)))))))
