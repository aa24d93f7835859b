;;! Is a component, and exports nothing.
;;!
;;! expect: fails everything

;;@ component
(component)
