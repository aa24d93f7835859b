;;! Wants a memory that threads could share.
;;!
;;! expect: refused invalid

;;@ component
(component (core module (memory 1 1 shared)))
