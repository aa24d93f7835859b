//! Texts: published, part of the program, or a course's own.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use tito_data::{
    DataError, MNIST, Provenance, Split, Store, TINYDIGITS, TINYSHAKESPEARE, TINYTALK, Text, fetch, import,
};

use crate::fake::{self, WRITTEN};
use crate::server::{honest, ok, serve, whole};

const FILE: &str = "written.txt";

/// A folder to import from that holds these bytes, and a folder for a store.
fn folders(bytes: &[u8]) -> [tempfile::TempDir; 2] {
    let [from, to] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    fs::write(from.path().join(FILE), bytes).unwrap();
    [from, to]
}

/// Imports these bytes; what is refused leaves nothing behind.
#[track_caller]
fn check_import(bytes: &[u8], error: Option<&str>) {
    let [from, to] = folders(bytes);
    let store = Store::at(to.path());
    match (import(&store, &WRITTEN, from.path()), error) {
        (Ok(imported), None) => assert_eq!(imported, [FILE]),
        (Err(found), Some(error)) => assert!(found.to_string().contains(error), "{found}"),
        (result, _) => panic!("{result:?}, not {error:?}"),
    }
    assert_eq!(store.verify(&WRITTEN).ready, error.is_none());
    assert_eq!(store.text(&WRITTEN).is_ok(), error.is_none());
}

#[test]
fn only_the_published_text_is_imported() {
    let text = fake::written();
    check_import(text.as_bytes(), None);
    check_import(&text.as_bytes()[1..], Some("its SHA-256 is"));
    check_import(text.replace("fox", "cat").as_bytes(), Some("its SHA-256 is"));
    check_import((text + "!").as_bytes(), Some("longer than the expected"));
    let nothing = tempfile::tempdir().unwrap();
    let error = import(&Store::at(nothing.path()), &WRITTEN, nothing.path()).unwrap_err().to_string();
    let folder = nothing.path().display();
    let expected =
        format!("cannot import Written: {folder} holds no written.txt; name the folder that holds it");
    assert_eq!(error, expected);
}

#[test]
fn a_text_is_fetched_as_it_is() {
    let [_, to] = folders(b"");
    let (store, text) = (Store::at(to.path()), fake::written());
    let answer = |request: &_| honest(request, text.as_bytes());
    let (fetched, requests) = serve(answer, |url| fetch(&store, &WRITTEN, Some(url), &mut |_| {}));
    assert_eq!((fetched.unwrap(), requests), (vec![FILE], vec![whole("/written.txt")]));
    assert_eq!(fs::read_to_string(to.path().join("written").join(FILE)).unwrap(), text);
    let (again, requests) = serve(answer, |url| fetch(&store, &WRITTEN, Some(url), &mut |_| {}));
    assert!(again.unwrap().is_empty() && requests.is_empty());
    let loaded = store.text(&WRITTEN).unwrap();
    assert_eq!([Split::Train, Split::Test].map(|split| loaded.part(split)).concat(), text);
    assert_eq!((loaded.name(), loaded.provenance()), ("written", &Provenance::Published));
}

#[test]
fn another_text_is_not_fetched() {
    let [_, to] = folders(b"");
    let (store, other) = (Store::at(to.path()), fake::written().replace("fox", "cat"));
    let run = |answer: Vec<u8>| {
        let fetched = serve(|_| ok(&answer), |url| fetch(&store, &WRITTEN, Some(url), &mut |_| {})).0;
        let left = fs::read_dir(to.path().join("written")).unwrap().count();
        (fetched.unwrap_err().to_string(), left)
    };
    let (error, left) = run(other.into_bytes());
    assert!(error.contains("its SHA-256 is") && left == 0, "{error}, {left}");
    let (error, left) = run(fake::written().as_bytes()[..20].to_vec());
    assert!(error.contains("20 bytes are kept; run the same command again") && left == 1, "{error}, {left}");
}

#[test]
fn what_is_damaged_is_not_loaded() {
    let [from, to] = folders(fake::written().as_bytes());
    let store = Store::at(to.path());
    let error = store.text(&WRITTEN).unwrap_err();
    assert!(matches!(error, DataError::Absent { name: "written", .. }), "{error}");
    import(&store, &WRITTEN, from.path()).unwrap();
    let path = to.path().join("written").join(FILE);
    fs::write(&path, fake::written().to_uppercase()).unwrap();
    let error = store.text(&WRITTEN).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot load {}: its SHA-256 is", path.display())), "{error}");
    assert!(error.ends_with("; run `tito data fetch written` to replace it"), "{error}");
}

#[test]
fn images_are_no_text_and_a_text_is_no_images() {
    let nowhere = Store::at("/nonexistent");
    let error = |result: Result<(), DataError>| result.unwrap_err().to_string();
    for (dataset, expected) in [
        (&TINYDIGITS, "cannot load TinyDigits as a text: it holds images"),
        (&MNIST, "cannot load MNIST as a text: it holds images"),
    ] {
        assert_eq!(error(nowhere.text(dataset).map(drop)), expected);
    }
    for (dataset, expected) in [
        (&TINYTALK, "cannot load TinyTalk as images: it holds a text"),
        (&TINYSHAKESPEARE, "cannot load TinyShakespeare as images: it holds a text"),
    ] {
        assert_eq!(error(nowhere.load(dataset, Split::Train).map(drop)), expected);
    }
}

#[test]
fn tinytalk_is_always_there() {
    let nowhere = Store::at("/nonexistent");
    let talk = nowhere.text(&TINYTALK).unwrap();
    assert_eq!((talk.name(), talk.provenance()), ("tinytalk", &Provenance::Published));
    let description = talk.description().unwrap();
    assert_eq!(description.stands_in_for(&TINYSHAKESPEARE), Some("tinyshakespeare"));
    let error = fetch(&nowhere, &TINYTALK, None, &mut |_| {}).unwrap_err().to_string();
    assert_eq!(error, "cannot fetch TinyTalk: it is part of tito and always there");
    // What is held out is made of the words that are trained on.
    let known = talk.words();
    assert!(tito_data::words(talk.part(Split::Test)).all(|word| known.contains(&word)));
}

/// Opens a file of these bytes as a course's own text.
#[track_caller]
fn check_own(bytes: &[u8], error: Option<&str>) {
    let [from, _] = folders(bytes);
    let path = from.path().join(FILE);
    let found = match (Text::open(&path), error) {
        (Ok(text), None) => {
            let sha256 = hex::encode(Sha256::digest(bytes));
            assert_eq!(text.provenance(), &Provenance::Imported { sha256 });
            assert_eq!((text.name(), text.description().is_none()), (Text::OWN, true));
            return;
        }
        (Err(found), Some(_)) => found.to_string(),
        (result, _) => panic!("{:?}, not {error:?}", result.map(|text| text.len())),
    };
    let expected = error.map(|error| {
        format!("cannot load {}: its content is wrong: {error}; name another text", path.display())
    });
    assert_eq!(Some(found), expected);
}

#[test]
fn a_text_of_ones_own_is_marked_with_its_digest() {
    check_own("Grüße aus dem Süden".as_bytes(), None);
    check_own(&vec![b'a'; 16 << 20], None);
    check_own(&vec![b'a'; (16 << 20) + 1], Some("more than 16777216 bytes, the most that a text may have"));
    check_own(b"", Some("it is empty"));
    check_own(b"short", Some("5 characters, too few to train on 4 and hold out 1: each part needs 2"));
    check_own(&[0xff; 100], Some("it is not UTF-8, where byte 0 begins no character"));
    let many: String = ('\u{4e00}'..).take(300).collect();
    check_own(many.as_bytes(), Some("300 different characters, where 256 are allowed"));
}

#[test]
fn what_is_no_file_is_not_read() {
    let error = |path: &Path| Text::open(path).unwrap_err().to_string();
    let folder = tempfile::tempdir().unwrap();
    let [here, gone] = [folder.path().to_owned(), folder.path().join("gone")];
    assert_eq!(error(&here), format!("cannot read {}: not a regular file", here.display()));
    assert!(error(&gone).starts_with(&format!("cannot read {}: ", gone.display())));
}
