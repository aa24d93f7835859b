//! What a student's files were called before an export renamed them.

use super::Handed;

/// What the files of one student are called inside their submission: for each of `handed` the names of its paths.
///
/// Where files lie flat it is what the student called them. Canvas makes `component-1.wasm` of a `component.wasm` that is
/// handed in again, and a student may have chosen such a name: the number is taken off where that gives one of the `expected`
/// names and no other file of the student has it.
pub fn file_names(handed: &[Handed], expected: &[&str]) -> Vec<Vec<String>> {
    let names: Vec<_> = handed.iter().map(as_exported).collect();
    let plain = |handed: &Handed, name: &String| {
        let plain = name.replacen(&format!("-{}.", handed.resubmission?), ".", 1);
        expected.contains(&&*plain).then_some(plain)
    };
    let files = || handed.iter().zip(&names);
    let all = files().flat_map(|(handed, names)| names.iter().map(move |name| (handed, name)));
    let all: Vec<_> = all.map(|(handed, name)| plain(handed, name).unwrap_or_else(|| name.clone())).collect();
    let is_unique = |plain: &String| all.iter().filter(|other| *other == plain).count() == 1;
    let name = |handed: &Handed, name: &String| plain(handed, name).filter(is_unique).unwrap_or(name.clone());
    files().map(|(handed, names)| names.iter().map(|found| name(handed, found)).collect()).collect()
}

/// The paths without what they have before what the student packed.
fn as_exported(handed: &Handed) -> Vec<String> {
    let original = handed.original_name.as_ref().filter(|_| handed.root.is_empty());
    let name = |path: &String| original.cloned().unwrap_or_else(|| path[handed.root.len()..].to_owned());
    handed.paths.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{canvas, folder};

    const EXPECTED: [&str; 2] = ["component.wasm", "submission.toml"];

    #[track_caller]
    fn check(originals: &[&str], expected: &[&str]) {
        let path = |name: &&str| format!("doejohn_1001_555_{name}");
        let handed: Vec<_> = originals.iter().map(|name| canvas::handed(&path(name)).unwrap()).collect();
        assert_eq!(file_names(&handed, &EXPECTED).concat(), expected);
    }

    #[test]
    fn what_canvas_renamed_has_its_name_again() {
        check(&["component-1.wasm", "submission-1.toml"], &EXPECTED);
        check(&["component-12.wasm", "submission.toml"], &EXPECTED);
        check(&["component.wasm", "component-1.wasm"], &["component.wasm", "component-1.wasm"]);
        check(&["component-1.wasm", "component-2.wasm"], &["component-1.wasm", "component-2.wasm"]);
        check(&["component-1.wasm", "week-1.md"], &["component.wasm", "week-1.md"]);
        check(&["component-01.wasm", "a-1.b-1.md"], &["component-01.wasm", "a-1.b-1.md"]);
    }

    #[test]
    fn in_a_folder_names_are_paths() {
        let class = folder::class(&["ann/component-1.wasm", "ann/source/lib.rs"]);
        assert_eq!(file_names(&class.handed, &EXPECTED), [["component-1.wasm", "source/lib.rs"]]);
    }
}
