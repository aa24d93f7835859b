;;! Makes structures that a collector would have to find, by instructions that are switched off.
;;!
;;! corpus: 52
;;! expect: refused invalid

;;@ component
(component (core module (type $t (struct (field i32))) (func (drop (struct.new $t (i32.const 1))))))
