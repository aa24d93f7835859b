//! Every target over its committed inputs, on stable and without libFuzzer: the seeds in `corpus`, what was once
//! found in `crashes`, and for the gate the prebuilt components.

use std::{fs, path::Path};

/// Runs `holds` over every file in `folders` and asserts that there are at least `least`, so that none is lost.
#[track_caller]
fn check(holds: fn(&[u8]), folders: &[&str], least: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = 0;
    for folder in folders {
        // A target without a crash has no folder for it: git keeps none that are empty.
        let Ok(files) = fs::read_dir(root.join(folder)) else { continue };
        for path in files.map(|file| file.unwrap().path()) {
            let bytes = fs::read(&path).unwrap();
            eprintln!("{}", path.display());
            holds(&bytes);
            found += 1;
        }
    }
    assert!(found >= least, "{found} inputs in {folders:?}, at least {least} were committed");
}

#[test]
fn archive() {
    check(tito_fuzz::archive::holds, &["corpus/archive", "crashes/archive"], 20);
}

#[test]
fn gate_bytes() {
    check(tito_fuzz::gate_bytes::holds, &["corpus/gate_bytes", "crashes/gate_bytes"], 10);
}

#[test]
fn gate_mutate() {
    let prebuilt = ["../guests/prebuilt", "../../examples/prebuilt"];
    check(tito_fuzz::gate_mutate::holds, &[&prebuilt[..], &["crashes/gate_mutate"]].concat(), 50);
}

#[test]
fn gate_smith() {
    check(tito_fuzz::gate_smith::holds, &["corpus/gate_smith", "crashes/gate_smith"], 10);
}

#[test]
fn manifest() {
    check(tito_fuzz::manifest::holds, &["corpus/manifest", "crashes/manifest"], 10);
}
