//! `tito new`, `tito build` and `tito export layers`.

use std::fs;

use serde_json::Value;

use crate::home::{Home, prebuilt, reference};

#[test]
fn a_new_project_is_made_once() {
    let home = Home::new();
    home.check(&["new", "net"], 0, "tito build");
    assert!(home.here("net/src/lib.rs").is_file());
    home.check(&["new", "net"], 2, "the folder is not empty");
}

#[test]
fn the_layers_of_a_component_are_shown() {
    let home = Home::new();
    let hello = prebuilt("examples/prebuilt/hello-layer.wasm");
    home.check(&["export", "layers", "--component", &reference()], 0, "Every layer of milestone 2 builds");
    home.check(&["export", "layers", "--component", &hello], 1, "5 of the 6 layers of milestone 1");
    let exports = home.json(&["export", "layers", "--component", &hello, "--json"], 1);
    let built: Vec<_> = exports["layers"].as_array().unwrap().iter().map(|layer| &layer["built"]).collect();
    assert_eq!(built.len(), 17);
    assert_eq!((built[0], built[1]), (&Value::from("unsupported"), &Value::from("answer")));
    home.write("none.wasm", wat::parse_str("(component)").unwrap());
    home.check(&["export", "layers", "--component", "none.wasm"], 1, "Missing: the interface `models`");
}

#[test]
#[ignore = "runs cargo, needs a compiler for WebAssembly"]
fn a_new_project_builds_and_its_stub_fails_with_faults() {
    let home = Home::new();
    home.check(&["new", "net"], 0, "cd net");
    home.check(&["build", "net"], 0, "admitted");
    let built = home.json(&["build", "net", "--json", "--output", "component.wasm"], 0);
    assert_eq!(built["bytes"].as_u64(), Some(fs::metadata(home.here("component.wasm")).unwrap().len()));
    let report = home.run(&["milestone", "test", "1", "--json"]);
    assert_eq!(report.code, 1);
    assert!(report.out.contains("the fault unsupported"), "{}", report.out);
    assert!(!report.out.contains("a trap: "), "{}", report.out);
    home.write("net/src/lib.rs", "this is not Rust");
    home.check(&["build", "net"], 1, "cargo failed, see its messages above");
}
