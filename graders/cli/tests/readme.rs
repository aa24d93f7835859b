//! README's tour, run: every `console` block, in order, in one folder.

use std::{fs, path::Path, process::Command};

/// The commands of README's `console` blocks, those of one block on lines of their own.
fn blocks(readme: &str) -> Vec<String> {
    let blocks =
        readme.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    blocks
        .map(|block| block.lines().filter_map(|line| line.strip_prefix("$ ")).collect::<Vec<_>>().join("\n"))
        .collect()
}

#[test]
fn every_command_of_the_tour_does_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let blocks = blocks(&fs::read_to_string(root.join("README.md")).unwrap());
    assert!(blocks.len() >= 7, "README has {} blocks of commands", blocks.len());
    if let Err(missing) = tito_project::Toolchain::find() {
        assert!(std::env::var_os("CI").is_none(), "CI must not skip this: {missing}");
        eprintln!("skipped: no wasm toolchain: {missing}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bin = Path::new(env!("CARGO_BIN_EXE_tito")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-e", "-x", "-c", &blocks.join("\n")])
        .current_dir(folder.path())
        .env("PATH", path)
        .env("TITO_DATA_DIR", folder.path().join("data"))
        .output()
        .unwrap();
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
    for expected in
        ["tinytorch:framework/models", "Basic Inference", "weight-transposed", "100.0 of 100", "wasmtime 48"]
    {
        assert!(said.contains(expected), "'{expected}' is not in\n{said}");
    }
    let grade = fs::read_to_string(folder.path().join("my-framework/grade.json")).unwrap();
    assert!(grade.contains("tito.report") && !grade.contains("\"seed\": \"public\""), "{grade}");
}
