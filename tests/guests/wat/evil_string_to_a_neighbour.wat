;;! Nests two components, and hands from one to the other a string that ends behind its memory.
;;! Nested components neither lift nor lower, so that the engine never writes code for such a string.
;;!
;;! corpus: 30, 33
;;! expect: refused nested-lifts

;;@ nested
(component
  (component $to
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8))
      (func (export "take") (param i32 i32)))
    (core instance $i (instantiate $m))
    (func (export "take") (param "words" string)
      (canon lift (core func $i "take") (memory $i "memory") (realloc (func $i "realloc")) string-encoding=utf16)))
  (component $from
    (import "take" (func $take (param "words" string)))
    (core module $memory (memory (export "memory") 1))
    (core instance $memory (instantiate $memory))
    (core func $lowered (canon lower (func $take) (memory $memory "memory") string-encoding=utf8))
    (core module $m
      (import "" "take" (func $take (param i32 i32)))
      (func $start (call $take (i32.const 65000) (i32.const 1000)))
      (start $start))
    (core instance (instantiate $m (with "" (instance (export "take" (func $lowered)))))))
  (instance $to (instantiate $to))
  (instance (instantiate $from (with "take" (func $to "take")))))
