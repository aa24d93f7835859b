//! `tito assessment batch`: what becomes of every kind of file, and that nothing depends on the order of the work.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::unix::fs::symlink,
    path::Path,
};

use serde_json::Value;

use crate::home::{Home, prebuilt, reference, wrong};

/// More than is read of any component.
const TOO_LARGE: u64 = 65 << 20;

/// Grades the folder `class`.
pub(crate) fn batch<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["assessment", "batch", "--milestone", "1", "--data", "tinydigits", "class"], more].concat()
}

/// What became of every component, from what a batch prints with `--json`.
#[track_caller]
pub(crate) fn rows(out: &str) -> BTreeMap<String, Value> {
    let document: Value = serde_json::from_str(out).unwrap_or_else(|error| panic!("{error}: {out}"));
    let rows = document["submissions"].as_array().expect("a batch has rows").iter();
    rows.map(|row| (row["file"].as_str().expect("a row names its file").to_owned(), row.clone())).collect()
}

/// The reports in a folder, each of which is whole, with what differs from run to run taken out.
#[track_caller]
pub(crate) fn reports(folder: &Path) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        if path.is_dir() {
            found.extend(
                reports(&path).into_iter().map(|(inner, report)| (format!("{name}/{inner}"), report)),
            );
        } else if let Some(component) = name.strip_suffix(".json") {
            let mut report: Value = serde_json::from_slice(&fs::read(&path).unwrap()).expect("it is whole");
            report.as_object_mut().unwrap().remove("observations").expect("it is whole");
            found.insert(component.to_owned(), report);
        } else {
            assert!(name.starts_with(".tmp"), "'{name}' is neither a report nor the beginning of one");
        }
    }
    found
}

/// What ends a loop soon, and nothing that is right.
const LIMITS: [&str; 2] = ["--limits", "limits.toml"];

fn limited<'a>(more: &[&'a str]) -> Vec<&'a str> {
    batch(&[&LIMITS, more].concat())
}

/// Makes a class with every kind of file that can lie in its folder.
fn make_class(home: &Home) {
    fs::create_dir_all(home.here("class/ada/deeper")).unwrap();
    for (file, from) in [
        ("ada/component.wasm", reference()),
        ("ada/deeper/component.wasm", reference()),
        ("ada-component.wasm", wrong()),
        ("loop.wasm", prebuilt("tests/guests/prebuilt/evil_loop_in_forward.wasm")),
        ("reference.wasm", reference()),
    ] {
        fs::copy(from, home.here("class").join(file)).unwrap();
    }
    home.write("limits.toml", "[run]\nfuel_per_call = 120_000_000\n");
    home.write("class/empty.wasm", "");
    home.write("class/notes.txt", "not a component");
    home.write("class/text.wasm", "(component)");
    symlink(reference(), home.here("class/link.wasm")).unwrap();
    symlink(home.here("class/ada"), home.here("class/linked")).unwrap();
}

/// What becomes of each of its components: the state, why, and the exit code where it is graded alone.
const ENDS: [(&str, &str, &str, i32); 6] = [
    ("ada-component.wasm", "graded", "", 1),
    ("ada/component.wasm", "graded", "", 0),
    ("empty.wasm", "refused", "the file is empty", 3),
    ("loop.wasm", "graded", "", 1),
    ("reference.wasm", "graded", "", 0),
    ("text.wasm", "refused", "this is WebAssembly text", 3),
];

/// Holds a row and a report of a batch to what is said of the component where it is graded alone.
#[track_caller]
fn check(home: &Home, row: &Value, report: &Value, expected: (&str, &str, &str, i32)) {
    let (file, state, why, code) = expected;
    let component = format!("class/{file}");
    let test = ["milestone", "test", "1", "--data", "tinydigits", "--component", &component];
    let more = ["--audience", "instructor", "--json"];
    let alone = home.json(&[&test[..], &LIMITS, &more].concat(), code);
    assert_eq!(report, &alone, "{file}");
    assert_eq!(row["state"], state, "{row}");
    assert_eq!(row.get("score"), alone.get("score"), "{row}");
    assert_eq!(row["sha256"], alone["component"]["sha256"], "{row}");
    assert!(row["why"].as_str().unwrap_or_default().starts_with(why), "{row}");
}

#[test]
fn a_batch_says_what_is_said_of_each_alone() {
    let home = Home::new();
    make_class(&home);
    let rows = rows(&home.check(&limited(&["--json", "--reports", "reports"]), 0, "tito.batch").out);
    let reports = reports(&home.here("reports"));
    let files = ENDS.map(|(file, ..)| file);
    assert!(rows.keys().eq(&files) && reports.keys().eq(&files), "{rows:?}\n{:?}", reports.keys());
    for expected in ENDS {
        check(&home, &rows[expected.0], &reports[expected.0], expected);
    }
}

#[test]
fn rows_do_not_depend_on_how_many_are_graded_at_once() {
    let home = Home::new();
    make_class(&home);
    let first = home.check(&limited(&["--json", "--jobs", "1", "--reports", "one"]), 0, "tito.batch").out;
    let second = home.check(&limited(&["--json", "--jobs", "2", "--reports", "two"]), 0, "tito.batch").out;
    assert_eq!(first, second);
    assert_eq!(reports(&home.here("one")), reports(&home.here("two")));
    home.check(&limited(&[]), 0, "4 graded, 2 refused");
}

#[test]
fn what_cannot_be_read_stops_nobody_else() {
    let home = Home::new();
    make_class(&home);
    File::create(home.here("class/large.wasm")).unwrap().set_len(TOO_LARGE).unwrap();
    let rows = rows(&home.check(&limited(&["--json", "--reports", "reports"]), 4, "tito.batch").out);
    let large = &rows["large.wasm"];
    assert_eq!((large["state"].as_str(), large.get("score")), (Some("failed"), None));
    assert!(large["why"].as_str().unwrap().contains("68157440 bytes"), "{large}");
    assert_eq!(rows["reference.wasm"]["score"], 100.0);
    assert_eq!(reports(&home.here("reports")).len(), ENDS.len());
    home.check(&limited(&[]), 4, "4 graded, 2 refused, 1 not graded, for a failure of tito's");
}

#[test]
fn mistakes_are_told_before_anything_is_graded() {
    let home = Home::new();
    home.check(&batch(&[]), 2, "cannot list the folder 'class'");
    fs::create_dir_all(home.here("class/ada/deeper")).unwrap();
    fs::copy(reference(), home.here("class/ada/deeper/component.wasm")).unwrap();
    home.check(&batch(&[]), 2, "there is no component (*.wasm) in 'class'");
    fs::copy(reference(), home.here("class/reference.wasm")).unwrap();
    home.check(&batch(&["--reports", "class/reference.wasm"]), 4, "cannot make the folder");
    home.check(&batch(&["--jobs", "0"]), 2, "a number from 1 to 1024");
    home.check(&["assessment", "batch", "--milestone", "5", "class"], 2, "milestone 5");
}
