;;! Waits for a thread that does not exist.
;;!
;;! corpus: 53, 58
;;! expect: refused invalid

;;@ component
(component (core module
  (memory 1)
  (func (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))))
