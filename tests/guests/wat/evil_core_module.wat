;;! Is a core module, as a student hands it in who forgets `tito build`.
;;!
;;! expect: refused not-a-component

;;@ core
