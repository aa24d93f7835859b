//! `tito worker`, which is for tito itself, and what is demanded of the workers that it starts.

use crate::home::{Home, reference};

#[test]
fn nobody_starts_a_worker_by_hand() {
    let home = Home::new();
    for arguments in [&["worker"][..], &["worker", "--help"], &["worker", "--lockdown={}"]] {
        home.check(arguments, 2, "this command is for tito itself");
    }
    let help = home.run(&["--help"]).out;
    assert!(!help.contains("worker"), "{help}");
}

#[test]
fn a_lockdown_can_be_required() {
    let home = Home::new();
    let reference = reference();
    let test = ["milestone", "test", "1", "--component", &reference, "--require-lockdown"];
    match home.lacking_walls().as_slice() {
        [] => home.check(&test, 0, "100.0 of 100"),
        [first, ..] => home.check(&test, 4, first),
    };
}
