//! A new project: sources that build, answer every layer with a fault, and say where to begin.

use std::fs;
use std::path::Path;

use crate::Error;

/// The student's own files; `NAME` stands for the project's name.
const TEMPLATE: [(&str, &str); 5] = [
    ("Cargo.toml", include_str!("../template/Cargo.toml.in")),
    ("src/lib.rs", include_str!("../template/src/lib.rs")),
    ("README.md", include_str!("../template/README.md")),
    (".gitignore", include_str!("../template/gitignore")),
    ("tests/layers.rs", include_str!("../template/tests/layers.rs")),
];

/// A file of the guest SDK under its path inside `tinytorch/`.
macro_rules! sdk {
    ($($path:literal),* $(,)?) => { [$(($path, include_str!(concat!("../../rust/", $path)))),*] };
}

/// The guest SDK, so that a project needs no released crate of ours.
const SDK: [(&str, &str); 23] = sdk![
    "Cargo.toml",
    "src/lib.rs",
    "src/bindings/inference.rs",
    "src/bindings/language.rs",
    "src/bindings/learning.rs",
    "src/bindings/mod.rs",
    "src/dataset.rs",
    "src/export.rs",
    "src/export/language.rs",
    "src/export/learning.rs",
    "src/fault.rs",
    "src/layer.rs",
    "src/language.rs",
    "src/learning.rs",
    "src/log.rs",
    "src/loss.rs",
    "src/model.rs",
    "src/optimizer.rs",
    "src/recipe.rs",
    "src/rng.rs",
    "src/sequential.rs",
    "src/spec.rs",
    "src/tensor.rs",
];

/// Names that cargo would refuse or that would hide what the project needs.
const TAKEN: [&str; 8] = ["tinytorch", "wit-bindgen", "test", "std", "core", "alloc", "proc_macro", "build"];

/// The reserved words of the language, which cannot name a crate.
const WORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// Makes a project of this name in `folder`, which may exist if it is empty.
///
/// # Errors
///
/// If the name is none that cargo takes, or the folder holds something already; then nothing is written.
pub fn new(folder: &Path, name: &str) -> Result<(), Error> {
    if !is_name(name) {
        return Err(Error::Name(name.into()));
    }
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Error::NotEmpty(folder.into()));
    }
    for (path, text) in TEMPLATE {
        write(
            &folder.join(path),
            &text.replace("PROJECT_CRATE", &name.replace('-', "_")).replace("PROJECT", name),
        )?;
    }
    SDK.iter().try_for_each(|(path, text)| write(&folder.join("tinytorch").join(path), text))
}

/// Whether cargo takes it for a package: also the name of a crate once its dashes are underscores.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && !TAKEN.contains(&name)
        && !WORDS.contains(&name)
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    let folder = path.parent().expect("a project's file lies in its folder");
    fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
    fs::write(path, text).map_err(Error::io("write", path))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn names_are_those_that_cargo_takes() {
        for (name, expected) in [
            ("my-framework", true),
            ("net2", true),
            ("A_b", true),
            ("", false),
            ("2net", false),
            ("-net", false),
            ("my framework", false),
            ("../net", false),
            ("netz\u{e4}", false),
            ("struct", false),
            ("tinytorch", false),
        ] {
            assert_eq!(is_name(name), expected, "{name}");
        }
    }

    #[test]
    fn a_folder_that_holds_something_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
        assert!(matches!(new(folder.path(), "net"), Err(Error::NotEmpty(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn every_file_of_the_sdk_is_given_along() {
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rust");
        let mut expected = files(&sdk, &sdk);
        let mut found: Vec<PathBuf> = SDK.iter().map(|(path, _)| path.into()).collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
    }

    /// The files below `folder`, as paths from `root`.
    fn files(root: &Path, folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries
            .flat_map(|path| match path.is_dir() {
                true => files(root, &path),
                false => vec![path.strip_prefix(root).unwrap().to_path_buf()],
            })
            .collect()
    }
}
