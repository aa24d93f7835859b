//! The prebuilt examples are the ones that are listed, and come from the sources beside them.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tito_project::{Toolchain, build};

#[test]
fn the_list_of_digests_is_that_of_the_files() {
    let listed = fs::read_to_string(examples().join("prebuilt/SHA256SUMS")).unwrap();
    let found: String = guests().iter().map(|guest| line(guest)).collect();
    assert_eq!(listed, found, "run `cargo run -p tito-project --example build-guests`");
}

#[test]
#[ignore = "runs cargo, needs a compiler for WebAssembly"]
fn the_sources_give_the_same_bytes_again() {
    let toolchain = Toolchain::find().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for guest in guests() {
        let name = guest.file_stem().unwrap();
        let built = build(&toolchain, &examples().join(name), Some(&folder.path().join(name))).unwrap();
        let [prebuilt, rebuilt] = [&guest, &built.component].map(|path| fs::read(path).unwrap());
        let [before, now] = [&prebuilt, &rebuilt].map(|component| compiler(component));
        // Two compilers give two components; what they compute is compared where components are run.
        assert!(
            before != now || prebuilt == rebuilt,
            "{} is stale: run the example build-guests",
            guest.display()
        );
        println!("{}: built by {before}, rebuilt by {now}", guest.display());
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// The prebuilt components, in the order of their names.
fn guests() -> Vec<PathBuf> {
    let files = fs::read_dir(examples().join("prebuilt")).unwrap().map(|entry| entry.unwrap().path());
    let mut guests: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|it| it == "wasm")).collect();
    guests.sort();
    guests
}

fn line(guest: &Path) -> String {
    let digest = hex::encode(Sha256::digest(fs::read(guest).unwrap()));
    format!("{digest}  {}\n", guest.file_name().unwrap().display())
}

/// What a component's `producers` section says after `rustc`.
fn compiler(component: &[u8]) -> String {
    let text = String::from_utf8_lossy(component);
    let (_, after) = text.split_once("\u{5}rustc").expect("a component by rustc says so");
    after.chars().skip(1).take_while(|c| !c.is_control()).collect()
}
