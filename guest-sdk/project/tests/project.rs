//! A new project builds, natively and to a component, and its component is the same wherever it lies.
//!
//! These run cargo and need a compiler for WebAssembly; without one they fail and say so. CI runs them with
//! `cargo test -p tito-project -- --ignored`.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use tito_project::{Built, ComponentError, Error, Toolchain, build, build_examples, new};

#[test]
#[ignore = "runs cargo, needs a compiler for WebAssembly"]
fn a_new_project_builds_to_the_same_bytes_in_any_folder() {
    let [first, second] = ["one", "two/deeper down"].map(component);
    assert_eq!(first.name, "my_net");
    assert_eq!(first.sha256, second.sha256);
}

fn component(folder: &str) -> Built {
    let scratch = tempfile::tempdir().unwrap();
    let project = scratch.path().join(folder);
    new(&project, "my-net").unwrap();
    let built = build(&Toolchain::find().unwrap(), &project, None).unwrap();
    assert_eq!(fs::metadata(project.join("component.wasm")).unwrap().len(), built.bytes as u64);
    built
}

#[test]
#[ignore = "runs cargo"]
fn a_new_project_passes_its_own_tests() {
    let project = project();
    assert!(cargo_test(project.path()));
    fs::write(project.path().join("tests/wrong.rs"), "#[test] fn wrong() { panic!() }").unwrap();
    assert!(!cargo_test(project.path()), "a failing test must show");
}

fn cargo_test(project: &Path) -> bool {
    let mut cargo = Command::new(env!("CARGO"));
    let cargo = cargo.args(["test", "--quiet", "--target-dir", "target"]).current_dir(project);
    cargo.env("RUSTFLAGS", "-Dwarnings").output().unwrap().status.success()
}

#[test]
#[ignore = "runs cargo, needs a compiler for WebAssembly"]
fn every_example_becomes_a_component() {
    let project = project();
    let source = fs::read_to_string(project.path().join("src/lib.rs")).unwrap();
    let manifest = fs::read_to_string(project.path().join("Cargo.toml")).unwrap();
    let mut manifest = manifest.replace("crate-type = [\"cdylib\", \"rlib\"]", "");
    for name in ["first", "second"] {
        write(&project, &format!("examples/{name}.rs"), &source);
        manifest += &format!("\n[[example]]\nname = \"{name}\"\ncrate-type = [\"cdylib\"]\n");
    }
    write(&project, "Cargo.toml", &manifest);
    write(&project, "examples/program.rs", "fn main() {}");
    let folder = project.path().join("out");
    let built = build_examples(&Toolchain::find().unwrap(), project.path(), &folder).unwrap();
    assert_eq!(built.iter().map(|built| built.name.as_str()).collect::<Vec<_>>(), ["first", "second"]);
    assert!(built.iter().all(|built| fs::read(&built.component).unwrap().len() == built.bytes));
}

#[test]
#[ignore = "runs cargo, needs a compiler for WebAssembly"]
fn a_project_that_cannot_be_graded_says_why() {
    check("pub fn nothing() {}", |error| {
        matches!(error, Error::Component { source: ComponentError::NoExport, .. })
    });
    check("this is not Rust", |error| matches!(error, Error::Cargo(_)));
    let import = r#"
        #[link(wasm_import_module = "env")]
        unsafe extern "C" { fn sgemm(); }
        #[unsafe(no_mangle)]
        pub extern "C" fn f() { unsafe { sgemm() } }
    "#;
    check(import, |error| {
        matches!(error, Error::Component { source: ComponentError::Import { module, name }, .. }
            if module == "env" && name == "sgemm")
    });
}

fn check(source: &str, expected: fn(&Error) -> bool) {
    let project = project();
    write(&project, "src/lib.rs", source);
    let error = build(&Toolchain::find().unwrap(), project.path(), None).unwrap_err();
    assert!(expected(&error), "{error}");
}

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    new(folder.path(), "my-net").unwrap();
    folder
}

fn write(project: &TempDir, path: &str, text: &str) {
    let path = project.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
