//! The committed bindings are what wit-bindgen makes of the contract.

use std::fs;
use std::path::Path;

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};
use wit_bindgen_rust::{Opts, WithOption};

/// Interfaces of which there is one Rust module for all worlds, that of the first world that has them, so that a tensor
/// of one is a tensor of the other. What is exported cannot be shared.
const SHARED: [(&str, &str); 4] =
    [("inference", "tensors"), ("inference", "layers"), ("learning", "datasets"), ("learning", "telemetry")];

#[test]
fn inference_is_what_the_contract_says() {
    check("inference");
}

#[test]
fn learning_is_what_the_contract_says() {
    check("learning");
}

#[test]
fn language_is_what_the_contract_says() {
    check("language");
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
        additional_derive_attributes: vec!["PartialEq".into()],
        with: SHARED.iter().filter(|(first, _)| comes_after(world, first)).map(shared).collect(),
        ..Opts::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, id, &mut files).unwrap();
    let (_, text) = files.iter().next().unwrap();
    let text = std::str::from_utf8(text).unwrap();
    // A macro has one name in all of a crate, and every world brings its own of an interface that it exports.
    let text = match world {
        "inference" => text.to_owned(),
        _ => text.replace("__export_tinytorch_", &format!("__export_{world}_tinytorch_")),
    };
    format!("//! The world `{world}`. Generated: see the module above.\n\n{text}")
}

fn comes_after(world: &str, first: &str) -> bool {
    let place = |world| ["inference", "learning", "language"].iter().position(|&it| it == world);
    place(world) > place(first)
}

fn shared((world, interface): &(&str, &str)) -> (String, WithOption) {
    let module = format!("crate::bindings::{world}::tinytorch::framework::{interface}");
    (format!("tinytorch:framework/{interface}@0.1.0"), WithOption::Path(module))
}
