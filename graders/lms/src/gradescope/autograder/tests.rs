//! The zip, as Gradescope unpacks it, and its script, as Gradescope runs it.

use std::io::Read;

use proptest::prelude::*;
use zip::ZipArchive;

use super::*;

const RUBRIC: &str = r#"
    number = 3
    name = "Training"
    capability = "C"
    weight = 15
    after-module = "08"
    world = "learning"
    criteria = [
        { name = "Accuracy", share = 62.5, checks = [{ name = "a", weight = 1, asks = "?" }] },
        { name = "Essay", share = 37.5, checks = [{ name = "e", weight = 1, asks = "?", scoring = "review" }] },
    ]
"#;

type Files<'a> = &'a [(&'a str, &'a [u8])];

fn zip(course: Files<'_>, secret: Files<'_>) -> Result<Vec<u8>, AutograderError> {
    let rubric = Rubric::parse(RUBRIC).unwrap();
    Autograder { rubric: &rubric, tito: b"\x7fELF", course, secret }.zip()
}

/// Path, permissions and bytes of every entry.
fn unpacked(bytes: &[u8]) -> Vec<(String, u32, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let entries = zip.len();
    let of = |at| {
        let mut entry = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), entry.unix_mode().unwrap() & 0o7777, bytes)
    };
    (0..entries).map(of).collect()
}

fn text(bytes: &[u8], path: &str) -> String {
    let entry = unpacked(bytes).into_iter().find(|(name, ..)| name == path).unwrap();
    String::from_utf8(entry.2).unwrap()
}

#[test]
fn the_root_has_what_gradescope_looks_for() {
    let bytes = zip(&[("course.toml", b"name"), ("data/x.bin", b"1")], &[("secret", b"s")]).unwrap();
    let found: Vec<_> = unpacked(&bytes).into_iter().map(|(path, mode, _)| (path, mode)).collect();
    let expected = [
        ("README.md", 0o644),
        ("course/course.toml", 0o644),
        ("course/data/x.bin", 0o644),
        ("course/secret", 0o600),
        ("failure.json", 0o644),
        ("run_autograder", 0o755),
        ("setup.sh", 0o755),
        ("tito", 0o755),
    ];
    assert_eq!(found, expected.map(|(path, mode)| (path.to_owned(), mode)));
    assert!(text(&bytes, "failure.json").contains("Infrastructure failure, not a zero: ask staff."));
}

#[test]
fn the_script_and_the_readme_are_as_they_were_reviewed() {
    let bytes = zip(&[], &[]).unwrap();
    insta::assert_snapshot!(text(&bytes, "run_autograder"));
    insta::assert_snapshot!(text(&bytes, "README.md"));
}

#[test]
fn no_path_leaves_the_course() {
    for path in ["../x", "/etc/passwd", "a//b", "a/../b", "", "a\\b", "c:x", "a\nb", "."] {
        assert_eq!(zip(&[(path, b"")], &[]), Err(AutograderError::Path(path.into())));
        assert_eq!(zip(&[], &[(path, b"")]), Err(AutograderError::Path(path.into())));
    }
    assert_eq!(zip(&[("a", b"")], &[("a", b"")]), Err(AutograderError::Twice("a".into())));
}

proptest! {
    #[test]
    fn the_same_parts_give_the_same_bytes(files in prop::collection::btree_map("[a-z]{1,6}", prop::collection::vec(any::<u8>(), 0..300), 0..6)) {
        let course: Vec<_> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let reversed: Vec<_> = course.iter().rev().copied().collect();
        let bytes = zip(&course, &[]).unwrap();
        prop_assert_eq!(&bytes, &zip(&reversed, &[]).unwrap());
        let unpacked = unpacked(&bytes);
        for (path, expected) in &files {
            let found = unpacked.iter().find(|(name, ..)| *name == format!("course/{path}"));
            prop_assert_eq!(&found.unwrap().2, expected);
        }
    }
}

/// Runs the script with a `tito` that is a script too, and says what results it leaves.
#[cfg(target_os = "linux")]
#[track_caller]
fn check_run(tito: &str, expected: &str) {
    use std::{fs, os::unix::fs::PermissionsExt, process::Command};

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    let source = folder.path().join("source");
    fs::create_dir(&source).unwrap();
    let bytes = zip(&[], &[]).unwrap();
    for (name, content) in [
        ("tito", tito.to_owned()),
        ("failure.json", text(&bytes, "failure.json")),
        ("run_autograder", text(&bytes, "run_autograder").replace("/autograder", root)),
    ] {
        fs::write(source.join(name), content).unwrap();
        fs::set_permissions(source.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert!(Command::new("bash").arg(source.join("run_autograder")).output().is_ok());
    let left: Vec<_> = fs::read_dir(folder.path().join("results"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["results.json"], "{tito}");
    let results = fs::read_to_string(folder.path().join("results/results.json")).unwrap();
    assert!(results.contains(expected), "{tito}: {results}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_script_leaves_results_whatever_happens() {
    const FAILURE: &str = "Infrastructure failure, not a zero";
    let ends = |code: &str| format!("#!/usr/bin/env bash\necho '{{\"score\": 7}}'\n{code}\n");
    check_run(&ends("exit 0"), "\"score\": 7");
    check_run(&ends("exit 1"), "\"score\": 7");
    check_run(&ends("exit 3"), "\"score\": 7");
    check_run(&ends("exit 2"), FAILURE);
    check_run(&ends("exit 4"), FAILURE);
    check_run(&ends("kill -9 $$"), FAILURE);
    check_run("#!/usr/bin/env bash\nexit 0\n", FAILURE);
    check_run("no program at all\n", FAILURE);
    check_run(
        "#!/usr/bin/env bash\n[ \"$*\" = 'assessment gradescope --course '\"$(dirname \"$0\")\"'/course --milestone 3' ] && echo right\n",
        "right",
    );
}
