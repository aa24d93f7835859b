;;! Is text.
;;!
;;! expect: refused not-a-component

;;@ text
