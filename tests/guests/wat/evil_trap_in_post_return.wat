;;! Answers, and gives up when it may clean up.
;;!
;;! corpus: 7
;;! expect: fails everything
;;! expect: trap unreachable

;;@ part post-forward
(unreachable)
