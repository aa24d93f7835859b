//! The fuzz target `wire` over its committed inputs. It is replayed here and not in tests/fuzz, which has a workspace
//! and a build of its own, because it wants wasmtime; the property is that of tests/fuzz/src/wire.rs.
#![cfg(target_os = "linux")]

#[path = "../../../tests/fuzz/src/memory.rs"]
mod memory;
#[path = "../../../tests/fuzz/src/wire.rs"]
pub mod wire;

use std::{fs, path::Path};

#[test]
fn every_committed_input_keeps_the_property() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz");
    let mut found = 0;
    for folder in ["corpus/wire", "crashes/wire"] {
        // There is no folder of crashes where there was none: git keeps none that are empty.
        let Ok(files) = fs::read_dir(fuzz.join(folder)) else { continue };
        for path in files.map(|file| file.unwrap().path()) {
            eprintln!("{}", path.display());
            wire::holds(&fs::read(&path).unwrap());
            found += 1;
        }
    }
    assert!(found >= 20, "{found} inputs; at least 20 were committed");
}
