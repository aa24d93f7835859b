//! Tidiness that no compiler holds: which crate may use which, what each outside library is named by, what every
//! file opens with, and what may lie at the top.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The crates of the workspace with the names that they depend on, tests and benches aside.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&cargo.stdout).expect("cargo describes the workspace");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        dependencies.filter(|dependency| dependency["kind"].is_null()).map(|d| text(&d["name"])).collect()
    };
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (text(&package["name"]), of(package)))
        .collect()
}

/// What each crate may use of ours: upwards only. ARCHITECTURE.md says why.
const MAY_USE: [(&str, &[&str]); 25] = [
    ("tinytorch", &[]),
    ("tito-project", &[]),
    ("tito-tensor", &[]),
    ("tito-artifact", &[]),
    ("tito-sandbox", &["tito-tensor", "tito-artifact"]),
    ("tito-submission", &[]),
    ("tito-lockdown", &[]),
    ("tito-worker", &["tito-tensor", "tito-artifact", "tito-sandbox", "tito-lockdown"]),
    ("tito-kernels", &["tito-tensor"]),
    ("tito-data", &["tito-tensor"]),
    ("tito-quality", &[]),
    ("tito-grade", &[]),
    ("tito-judge", &["tito-tensor", "tito-artifact", "tito-sandbox", "tito-kernels", "tito-grade"]),
    (
        "tito-milestones",
        &[
            "tito-tensor",
            "tito-artifact",
            "tito-sandbox",
            "tito-kernels",
            "tito-data",
            "tito-quality",
            "tito-grade",
            "tito-judge",
            "tito-reuse",
            "tito-trainer",
        ],
    ),
    ("tito-gradebook", &["tito-grade"]),
    ("tito-ledger", &[]),
    ("tito-lms", &["tito-grade"]),
    ("tito-similarity", &[]),
    ("tito-course", &["tito-grade", "tito-gradebook", "tito-ledger", "tito-submission"]),
    ("tito-report", &["tito-grade", "tito-gradebook"]),
    ("tito-profile", &["tito-artifact", "tito-sandbox"]),
    ("tito-reuse", &["tito-artifact", "tito-profile", "tito-sandbox", "tito-similarity"]),
    ("tito-trainer", &["tito-tensor", "tito-sandbox", "tito-kernels", "tito-judge"]),
    (
        "tito",
        &[
            "tito-artifact",
            "tito-sandbox",
            "tito-submission",
            "tito-worker",
            "tito-course",
            "tito-data",
            "tito-gradebook",
            "tito-ledger",
            "tito-lms",
            "tito-similarity",
            "tito-grade",
            "tito-judge",
            "tito-milestones",
            "tito-profile",
            "tito-project",
            "tito-report",
            "tito-tensor",
        ],
    ),
    ("tito-tests", &["tito-tensor", "tito-artifact", "tito-sandbox", "tito-data", "tito-milestones"]),
];

#[test]
fn crates_point_upwards_only() {
    let dependencies = dependencies();
    let ours: BTreeSet<_> = dependencies.keys().cloned().collect();
    assert_eq!(
        ours,
        MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect(),
        "list a new crate in MAY_USE"
    );
    for (name, may_use) in MAY_USE {
        for used in dependencies[name].intersection(&ours) {
            assert!(may_use.contains(&used.as_str()), "{name} may not use {used}");
        }
    }
}

/// Outside libraries that these crates alone may name.
const NAMED_BY: [(&str, &[&str]); 11] = [
    ("wasmtime", &["tito-sandbox"]),
    ("wit-component", &["tito-project"]),
    ("ureq", &["tito-data"]),
    // One reads what students packed, the other writes what Gradescope unpacks.
    ("zip", &["tito-submission", "tito-lms"]),
    ("seccompiler", &["tito-lockdown"]),
    ("landlock", &["tito-lockdown"]),
    ("gemm", &["tito-kernels"]),
    ("ndarray", &["tito-kernels"]),
    ("syn", &["tito-quality"]),
    ("clap", &["tito"]),
    ("rand_chacha", &["tito-judge"]),
];

#[test]
fn few_crates_name_each_outside_thing() {
    let dependencies = dependencies();
    for (outside, by) in NAMED_BY {
        let users: Vec<_> =
            dependencies.iter().filter(|(_, used)| used.contains(outside)).map(|(n, _)| n).collect();
        // The tests' own library may use anything.
        let users: Vec<_> = users.into_iter().filter(|name| *name != "tito-tests").collect();
        for by in by {
            assert!(
                users.contains(&&(*by).to_owned()),
                "{by} does not use {outside} any more: mend this table"
            );
        }
        let others: Vec<_> = users.iter().filter(|name| !by.contains(&name.as_str())).collect();
        assert!(others.is_empty(), "{outside} is named by {others:?} besides {by:?}");
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        let name = entry.file_name().into_string().unwrap();
        if kind.is_dir() && name != "target" && name != "bindings" && !name.starts_with('.') {
            rust_files(&path, found);
        } else if kind.is_file() && name.ends_with(".rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut files = Vec::new();
    rust_files(&root(), &mut files);
    assert!(files.len() > 100, "the walk lost its way: {} files", files.len());
    let silent: Vec<_> = files
        .iter()
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//! "))
        .map(|path| path.strip_prefix(root()).unwrap())
        .collect();
    assert!(silent.is_empty(), "these do not open with `//!`: {silent:?}");
}

#[test]
fn nothing_large_is_committed_without_a_reason() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let Ok(listed) = listed.map(|output| String::from_utf8(output.stdout).unwrap()) else {
        eprintln!("skipped: there is no git here");
        return;
    };
    for file in listed.split_terminator('\0') {
        let bytes = fs::symlink_metadata(root().join(file)).map_or(0, |found| found.len());
        assert!(bytes <= 1 << 20, "{file} has {bytes} bytes: nothing over 1 MiB belongs here");
    }
}

#[test]
fn the_top_holds_what_the_design_lists() {
    let known = [
        "examples",
        "graders",
        "guest-sdk",
        "host",
        "tests",
        "wit",
        "target",
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "ARCHITECTURE.md",
        "SECURITY.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "clippy.toml",
        "deny.toml",
        "rustfmt.toml",
    ];
    let names = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let unknown: Vec<_> =
        names.filter(|name| !name.starts_with('.') && !known.contains(&name.as_str())).collect();
    assert!(
        unknown.is_empty(),
        "{unknown:?} at the top: the design knows seven entries besides the usual files"
    );
}
