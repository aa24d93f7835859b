;;! Wants a memory that threads could share.
;;!
;;! corpus: 53
;;! expect: refused invalid

;;@ component
(component (core module (memory 1 1 shared)))
