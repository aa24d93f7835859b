;;! Answers, and never ends when it may clean up: the host has the answer, and does not get to use it.
;;!
;;! corpus: 4
;;! expect: fails everything
;;! expect: limit fuel

;;@ part post-forward
(loop $again (br $again))
