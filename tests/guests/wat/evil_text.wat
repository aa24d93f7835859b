;;! Is text.
;;!
;;! corpus: 28
;;! expect: refused not-a-component

;;@ text
