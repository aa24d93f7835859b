;;! Calls itself through its own export while it is being entered, which is as far as re-entrancy gets: the
;;! host's imports call nobody. Nested components neither lift nor lower.
;;!
;;! corpus: 38
;;! expect: refused nested-lifts

;;@ nested
(component
  (core module $callee (func (export "f")))
  (core instance $callee (instantiate $callee))
  (func $lifted (canon lift (core func $callee "f")))
  (core func $lowered (canon lower (func $lifted)))
  (core module $caller (import "" "f" (func $f)) (start $f))
  (core instance (instantiate $caller (with "" (instance (export "f" (func $lowered)))))))
