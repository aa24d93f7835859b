//! Help, mistakes, and what is not the submission's doing.

use std::fs;

use crate::home::{Home, reference};

#[test]
fn help_shows_an_example_and_the_exit_codes() {
    let home = Home::new();
    home.check(&["--help"], 0, "3 the submission was refused at the gate");
    home.check(&["--help"], 0, "tito milestone test 1");
    home.check(&["milestone", "test", "--help"], 0, "--course-secret course.key");
    home.check(&["data", "fetch", "--help"], 0, "Example:");
    home.check(&["--version"], 0, "tito 0.");
}

#[test]
fn mistakes_are_usage_errors_with_a_way_out() {
    let home = Home::new();
    home.write("text.toml", "[run]\nfule_per_call = 1\n");
    home.write("empty", "");
    let reference = reference();
    let test = ["milestone", "test", "1", "--component", &reference];
    for (arguments, expected) in [
        (vec![], "Usage: tito <COMMAND>"),
        (vec!["milestones"], "unrecognized subcommand"),
        (vec!["milestone", "test", "1"], "make it with `tito build`"),
        (vec!["milestone", "test", "1", "--component", "none.wasm"], "cannot read the component 'none.wasm'"),
        (vec!["milestone", "test", "1", "--component", "."], "it is a folder"),
        (vec!["milestone", "test", "1", "--component", "/dev/null"], "it is no regular file"),
        (vec!["milestone", "test", "5"], "this version does not grade milestone 5 (Language Generation) yet"),
        (vec!["milestone", "info", "7"], "there is no milestone 7"),
        ([&test[..], &["--data", "cifar"]].concat(), "there is no dataset 'cifar'"),
        ([&test[..], &["--data", "mnist"]].concat(), "run `tito data fetch mnist`"),
        ([&test[..], &["--data-dir", "none", "--data", "mnist"]].concat(), "none/mnist/t10k-images"),
        ([&test[..], &["--jobs", "0"]].concat(), "a number from 1 to 1024"),
        ([&test[..], &["--limits", "none.toml"]].concat(), "cannot read the limits 'none.toml'"),
        ([&test[..], &["--limits", "text.toml"]].concat(), "unknown field `fule_per_call`"),
        ([&test[..], &["--course-secret", "empty"]].concat(), "secret 'empty' is empty"),
        ([&test[..], &["--source", "none"]].concat(), "'none' is no folder"),
        (vec!["assessment", "test", "--sample-submission", "x"], "milestone1_sample, milestone1_textbook"),
        (vec!["export", "layers"], "make it with `tito build`"),
        (vec!["new", "2net"], "cannot make a project named '2net'"),
        (vec!["build", "none"], "make one with `tito new NAME`"),
        (vec!["data", "verify", "cifar"], "tito knows tinydigits, mnist"),
        (vec!["data", "fetch", "tinydigits"], "it is part of tito and always there"),
        (vec!["data", "import", "mnist", "."], "holds neither train-images-idx3-ubyte nor"),
    ] {
        home.check(&arguments, 2, expected);
    }
}

#[test]
fn what_is_ours_is_no_grade() {
    let home = Home::new();
    // Port 9 of this machine answers nobody.
    home.check(&["data", "fetch", "mnist", "--mirror", "http://127.0.0.1:9"], 4, "name a mirror");
    fs::create_dir(home.here(".tito")).unwrap();
    home.write(".tito/status.json", "damaged");
    home.check(&["milestone", "status"], 4, "`tito milestone test` writes it anew");
}
