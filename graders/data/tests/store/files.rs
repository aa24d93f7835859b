//! Import, load, verify and list: what files there may be.

use std::fs;
use std::path::Path;

use serde_json::json;
use tito_data::{Provenance, Split, Store, TINYDIGITS, import};

use crate::fake::{self, FAKE, FIRST};

/// A folder of files to import, each as `write` puts it there.
fn folder(write: impl Fn(&Path, &str)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    FAKE.files().iter().for_each(|file| write(folder.path(), file.name));
    folder
}

fn plain(folder: &Path, name: &str) {
    fs::write(folder.join(name), fake::bytes(name)).unwrap();
}

fn packed(folder: &Path, name: &str) {
    fs::write(folder.join(format!("{name}.gz")), fake::gzip(&fake::bytes(name))).unwrap();
}

/// Imports from the folder once `change` has been done to it.
#[track_caller]
fn check(change: impl Fn(&Path), error: Option<&str>) {
    let (from, to) = (folder(plain), tempfile::tempdir().unwrap());
    change(from.path());
    let store = Store::at(to.path());
    let found = import(&store, &FAKE, from.path()).err().map(|error| error.to_string());
    assert_eq!(found.is_some(), error.is_some(), "{found:?}");
    assert!(found.unwrap_or_default().contains(error.unwrap_or_default()));
    assert_eq!(store.verify(&FAKE).ready, error.is_none());
}

#[test]
fn only_the_published_files_are_imported() {
    check(|_| {}, None);
    check(
        |from| fs::remove_file(from.join(FIRST)).unwrap(),
        Some("holds neither train-images nor train-images.gz"),
    );
    check(|from| fs::write(from.join(FIRST), [0; 816]).unwrap(), Some("its SHA-256 is"));
    check(|from| fs::write(from.join(FIRST), [0; 817]).unwrap(), Some("longer than the expected 816 bytes"));
    check(
        |from| {
            fs::remove_file(from.join(FIRST)).unwrap();
            fs::create_dir(from.join(FIRST)).unwrap();
        },
        Some("not a regular file"),
    );
    check(
        |from| {
            fs::remove_file(from.join(FIRST)).unwrap();
            fs::write(from.join("train-images.gz"), &fake::gzip(&fake::bytes(FIRST))[..300]).unwrap();
        },
        Some("it cannot be read to its end"),
    );
}

#[test]
fn what_is_imported_is_loaded() {
    let (from, to) = (folder(packed), tempfile::tempdir().unwrap());
    let store = Store::at(to.path());
    assert_eq!(import(&store, &FAKE, from.path()).unwrap().len(), 4);
    assert!(import(&store, &FAKE, from.path()).unwrap().is_empty());
    let dataset = store.load(&FAKE, Split::Train).unwrap();
    let (images, labels) = dataset.batch(&[1]);
    assert_eq!(images.shape().extents(), [1, 1, 4, 5]);
    assert_eq!(images.data()[0], f32::from(fake::bytes(FIRST)[16 + 20]) / 255.0);
    assert_eq!(labels, [u32::from(fake::bytes("train-labels")[8 + 1])]);
    let left: Vec<_> = fs::read_dir(to.path().join("fake")).unwrap().collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn what_is_not_there_or_damaged_is_not_loaded() {
    let to = tempfile::tempdir().unwrap();
    let load = || Store::at(to.path()).load(&FAKE, Split::Train).unwrap_err().to_string();
    let path = to.path().join("fake/train-images");
    let way_out = "run `tito data fetch fake` or `tito data import fake FOLDER`";
    assert_eq!(load(), format!("cannot load Fake: {} is not there; {way_out}", path.display()));
    fs::create_dir(to.path().join("fake")).unwrap();
    fs::write(&path, "x").unwrap();
    let error = load();
    assert!(error.ends_with("; run `tito data fetch fake` to replace it"), "{error}");
    assert!(
        error.contains("its SHA-256 is 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")
    );
}

#[test]
fn what_is_there_is_told_as_json() {
    let to = folder(|_, _| {});
    fs::create_dir(to.path().join("fake")).unwrap();
    FAKE.files()[2..].iter().for_each(|file| plain(&to.path().join("fake"), file.name));
    fs::write(to.path().join("fake/train-labels"), [0; 60]).unwrap();
    let state = serde_json::to_value(Store::at(to.path()).verify(&FAKE)).unwrap();
    assert_eq!(
        (&state["name"], &state["ready"], &state["embedded"]),
        (&json!("fake"), &json!(false), &json!(false))
    );
    let statuses: Vec<_> = state["files"].as_array().unwrap().iter().map(|file| &file["status"]).collect();
    assert_eq!(statuses, ["missing", "invalid", "valid", "valid"]);
    assert_eq!(state["files"][1]["problem"], "it is longer than the expected 48 bytes");
}

#[test]
fn tinydigits_are_always_there() {
    let nowhere = Store::at("/nonexistent");
    let states = nowhere.list();
    assert_eq!(
        states.iter().map(|state| (state.name, state.ready)).collect::<Vec<_>>(),
        [
            ("tinydigits", true),
            ("mnist", false),
            ("cifar-10", false),
            ("tinytalk", true),
            ("tinyshakespeare", false)
        ]
    );
    let digits = nowhere.load(&TINYDIGITS, Split::Test).unwrap();
    assert_eq!((digits.len(), digits.provenance()), (449, &Provenance::Published));
    let error = import(&nowhere, &TINYDIGITS, Path::new("/")).unwrap_err().to_string();
    assert_eq!(error, "cannot import TinyDigits: it is part of tito and always there");
}
