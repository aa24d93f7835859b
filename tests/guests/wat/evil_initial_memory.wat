;;! Starts with four gigabytes.
;;!
;;! corpus: 12
;;! expect: refused memory-bytes

;;@ part pages
65536
