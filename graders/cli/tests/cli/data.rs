//! `tito data`. That fetching and importing keep only the published bytes is tested in `tito-data`.

use std::fs;

use crate::home::Home;

#[test]
fn what_is_there_is_told_from_what_is_not() {
    let home = Home::new();
    home.check(&["data", "list"], 0, "part of tito");
    home.check(&["data", "list"], 0, "not there");
    let list = home.json(&["data", "list", "--json"], 0);
    let ready: Vec<_> = list["datasets"].as_array().unwrap().iter().map(|data| &data["ready"]).collect();
    assert_eq!(ready, [true, false, false, true, false]);
    home.check(&["data", "verify"], 0, "MNIST: not there");
    home.check(&["data", "verify", "tinydigits"], 0, "part of tito");
    home.check(&["data", "verify", "mnist"], 1, "not there");
    home.check(&["data", "verify", "tinytalk"], 0, "TinyTalk: part of tito");
    home.check(&["data", "verify", "tinyshakespeare"], 1, "TinyShakespeare: not there");
}

#[test]
fn a_text_is_no_data_of_a_milestone_of_images() {
    let home = Home::new();
    let sample = ["assessment", "test", "--sample-submission", "milestone1_sample"];
    home.check(&[&sample[..], &["--data", "tinytalk"]].concat(), 2, "milestone 1 is not graded on TinyTalk");
}

#[test]
fn only_the_published_text_is_taken() {
    let home = Home::new();
    fs::create_dir(home.here("other")).unwrap();
    home.write("other/input.txt", "not the published bytes");
    home.check(&["data", "import", "tinyshakespeare", "other"], 4, "its SHA-256 is");
    home.check(&["data", "fetch", "tinytalk"], 2, "it is part of tito and always there");
}

#[test]
fn a_damaged_file_fails_and_is_not_used() {
    let home = Home::new();
    fs::create_dir_all(home.here("store/mnist")).unwrap();
    for file in ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
        home.write(&format!("store/mnist/{file}"), "not the published bytes");
    }
    let folder = ["--data-dir", "store"];
    home.check(&[&["data", "verify"], &folder[..]].concat(), 1, "its SHA-256 is");
    home.check(&[&["data", "list"], &folder[..]].concat(), 0, "incomplete or damaged");
    let sample = ["assessment", "test", "--sample-submission", "milestone1_sample"];
    home.check(&[&sample[..], &folder, &["--data", "mnist"]].concat(), 4, "its SHA-256 is");
    home.check(&["data", "import", "mnist", "store/mnist", "--data-dir", "other"], 2, "holds neither");
}
