//! Folders as a student hands them in.

use std::{fs, path::Path};

use tempfile::TempDir;
use tito_quality::{Quality, measure};

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Expects files, functions, tests and the names of what could not be measured.
#[track_caller]
fn check(files: &[(&str, &str)], expected: (u32, usize, u32, &[&str])) -> Quality {
    let quality = measure(folder(files).path()).unwrap();
    let unmeasured: Vec<_> = quality.unmeasured.iter().map(|file| file.file.as_str()).collect();
    assert_eq!((quality.files, quality.functions.len(), quality.tests, &unmeasured[..]), expected);
    quality
}

#[test]
fn only_the_students_own_sources_are_read() {
    let f = "fn f() {}";
    let files = [
        ("src/lib.rs", f),
        ("src/deep/er.rs", f),
        ("tinytorch/src/lib.rs", f),
        ("target/a.rs", f),
        (".git/a.rs", f),
        ("a.txt", f),
    ];
    check(&files, (2, 2, 0, &[]));
    check(&[], (0, 0, 0, &[]));
}

#[test]
fn files_of_tests_are_tests() {
    let test = "fn help() {} #[test] fn f() {}";
    let files =
        [("tests/a.rs", test), ("src/tests.rs", test), ("src/a.rs", "#![cfg(test)] #[test] fn f() {}")];
    let quality = check(&files, (3, 0, 3, &[]));
    assert_eq!((quality.code_lines, quality.duplication.tokens), (0, 0));
}

#[test]
fn what_does_not_parse_is_told_with_its_line() {
    let files = [("a.rs", "fn f() {\n  let = 1;\n}"), ("b.rs", "fn f() {}"), ("c.rs", "fn f() {\n \"")];
    let quality = check(&files, (3, 1, 0, &["a.rs", "c.rs"]));
    assert_eq!(quality.unmeasured.iter().map(|file| file.line).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn large_files_and_other_encodings_are_left_out() {
    let folder =
        folder(&[("fits.rs", &"//\n".repeat((1 << 20) / 3)), ("large.rs", &"/".repeat((1 << 20) + 1))]);
    fs::write(folder.path().join("latin.rs"), b"// \xe9").unwrap();
    let problems = measure(folder.path()).unwrap().unmeasured;
    let problems: Vec<_> = problems.iter().map(|file| (file.file.as_str(), file.problem.as_str())).collect();
    assert_eq!(problems, [("large.rs", "it is larger than 1048576 bytes"), ("latin.rs", "it is not UTF-8")]);
}

#[test]
fn too_many_files_and_too_much_text_are_left_out() {
    let many: Vec<_> = (0..2_003).map(|i| format!("{i:04}.rs")).collect();
    let many = folder(&many.iter().map(|name| (name.as_str(), "")).collect::<Vec<_>>());
    let quality = measure(many.path()).unwrap();
    assert_eq!((quality.files, quality.unmeasured.len()), (2_003, 3));
    let text = "/".repeat(1 << 20);
    let much: Vec<_> = (0..17).map(|i| format!("{i:02}.rs")).collect();
    let much = folder(&much.iter().map(|name| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    assert_eq!(measure(much.path()).unwrap().unmeasured[0].file, "16.rs");
}

#[test]
fn a_folder_of_too_many_entries_is_not_measured() {
    let folder = TempDir::new().unwrap();
    let problems = |count: std::ops::Range<u32>| {
        count.for_each(|i| fs::write(folder.path().join(i.to_string()), "").unwrap());
        measure(folder.path()).unwrap().unmeasured.len()
    };
    assert_eq!((problems(0..10_000), problems(10_000..10_001)), (0, 1));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let (folder, other) = (folder(&[("a.rs", "fn f() {}")]), folder(&[("b.rs", "fn g() {}")]));
    std::os::unix::fs::symlink(other.path(), folder.path().join("folder")).unwrap();
    std::os::unix::fs::symlink(other.path().join("b.rs"), folder.path().join("link.rs")).unwrap();
    assert_eq!(measure(folder.path()).unwrap().files, 1);
}

#[test]
fn lengths_are_lines_of_code() {
    let text = "/// Comment.\nfn f() {\n    // Nothing.\n\n    let x = 1; let y = 2;\n}\n";
    let quality = check(&[("lib.rs", text)], (1, 1, 0, &[]));
    assert_eq!((quality.functions[0].line, quality.functions[0].lines, quality.code_lines), (2, 3, 3));
}

#[test]
fn a_missing_folder_is_named() {
    let error = measure(Path::new("/no/such/folder")).unwrap_err().to_string();
    assert!(error.starts_with("cannot read the sources at '/no/such/folder'"), "{error}");
}
