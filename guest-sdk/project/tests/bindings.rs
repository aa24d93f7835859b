//! The committed bindings are what wit-bindgen makes of the contract.

use std::fs;
use std::path::Path;

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};
use wit_bindgen_rust::Opts;

#[test]
fn inference_is_what_the_contract_says() {
    check("inference");
}

/// With `UPDATE_BINDINGS=1` writes instead of comparing.
fn check(world: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join(format!("guest-sdk/rust/src/bindings/{world}.rs"));
    let expected = generate(&root.join("wit/since_v0.1.0"), world);
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap();
    assert!(found == expected, "{} is stale: run this test with UPDATE_BINDINGS=1", path.display());
}

fn generate(wit: &Path, world: &str) -> String {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).unwrap();
    let id = resolve.select_world(&[package], Some(world)).unwrap();
    let options = Opts {
        format: true,
        generate_all: true,
        pub_export_macro: true,
        export_macro_name: Some(format!("export_{world}_world")),
        default_bindings_module: Some(format!("tinytorch::bindings::{world}")),
        ..Opts::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, id, &mut files).unwrap();
    let (_, text) = files.iter().next().unwrap();
    format!(
        "//! The world `{world}`. Generated: see the module above.\n\n{}",
        std::str::from_utf8(text).unwrap()
    )
}
