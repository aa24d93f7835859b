;;! Starts with four gigabytes.
;;!
;;! expect: refused memory-bytes

;;@ part pages
65536
