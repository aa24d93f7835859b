//! `tito milestone`: reports, what they may differ in, and what is kept of them.

use std::fs;

use serde_json::Value;

use crate::home::{Home, prebuilt, reference, wrong};

/// Grades a component on the data that is always there.
fn test<'a>(component: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["milestone", "test", "1", "--component", component][..], more].concat()
}

#[test]
fn list_and_info_say_what_is_asked() {
    let home = Home::new();
    home.check(&["milestone", "list"], 0, "Language Generation");
    let list = home.json(&["milestone", "list", "--json"], 0);
    assert_eq!(list["milestones"].as_array().map(Vec::len), Some(5));
    home.check(&["milestone", "info", "1"], 0, "Mathematical correctness (40 %)");
    home.check(&["milestone", "info", "1"], 0, "1,000,000,000 units a call");
    home.check(&["milestone", "info", "4"], 0, "360 s of real images");
    home.check(&["milestone", "info", "5"], 0, "1,600,000,000,000 units of fuel or 360 s of a text");
    let info = home.json(&["milestone", "info", "1", "--json"], 0);
    assert_eq!(info["milestone"]["name"], "Basic Inference");
    assert!(info["limits"]["run"]["fuel_per_call"].is_u64());
}

#[test]
fn a_grade_is_the_same_on_every_run_and_with_any_number_of_threads() {
    let home = Home::new();
    for (component, code) in [(reference(), 0), (wrong(), 1)] {
        let first = home.run(&test(&component, &["--json"])).out;
        let kept = |text: &str| text.split("\"observations\"").next().map(str::to_owned);
        for more in [&["--jobs", "1"][..], &["--jobs", "2"], &["--no-cache"]] {
            let again = home.check(&test(&component, &[more, &["--json"]].concat()), code, "observations");
            assert_eq!(kept(&again.out), kept(&first), "{more:?}");
        }
    }
}

#[test]
fn what_is_wrong_is_named() {
    let home = Home::new();
    home.check(&test(&wrong(), &[]), 1, "weight-transposed");
    home.check(&test(&reference(), &["--timings"]), 0, "compile or load");
    home.check(&test(&reference(), &[]), 0, "TinyDigits stands in for it; `tito data fetch mnist` gets it");
    let odd = r#"(component (import "tinytorch:framework/telemetry@0.1.0"
        (instance (export "no-such-function" (func)))))"#;
    home.write("odd.wasm", wat::parse_str(odd).unwrap());
    let unusable = home.json(&test("odd.wasm", &["--json"]), 1);
    assert_eq!(unusable["score"], 0.0);
    home.check(&test("odd.wasm", &[]), 1, "no-such-function");
}

#[test]
fn a_page_shows_where_the_fuel_goes() {
    let home = Home::new();
    home.check(&test(&wrong(), &["--html", "report.html"]), 1, "weight-transposed");
    let page = fs::read_to_string(home.here("report.html")).unwrap();
    for expected in
        ["Milestone 1, Basic Inference", "weight-transposed", "Where the fuel goes", "<svg", "Kinds of cost"]
    {
        assert!(page.contains(expected), "{expected}");
    }
}

#[test]
fn networks_of_ones_own_are_trained_and_held_beside_each_other() {
    const RIGHT: &str = r#"
        cnn = [
            { conv2d = { in-channels = 1, out-channels = 6, kernel = [3, 3], padding = [1, 1] } },
            "relu", { max-pool2d = { kernel = [2, 2] } },
            { conv2d = { in-channels = 6, out-channels = 14, kernel = [3, 3], padding = [1, 1] } },
            "relu", { max-pool2d = { kernel = [2, 2] } }, "flatten", { dense = { inputs = 56, outputs = 10 } },
        ]
        dense = ["flatten", { dense = { inputs = 64, outputs = 48 } }, "tanh", { dense = { inputs = 48, outputs = 10 } }]
    "#;
    let home = Home::new();
    home.write("component.wasm", fs::read(reference()).unwrap());
    let test = |milestone| ["milestone", "test", milestone, "--data", "tinydigits"];
    home.write("model.toml", RIGHT.as_bytes());
    home.check(&test("2"), 0, "right by your own of model.toml, trained by tito");
    home.check(&test("3"), 0, "images that were never lent");
    home.write("model.toml", RIGHT.replace("inputs = 56", "inputs = 50").into_bytes());
    home.check(&test("2"), 2, "dense 50 -> 10 with bias does not fit what comes before it, [56]");
    home.write("model.toml", b"cnn = [\"gelu\"]");
    home.check(&test("3"), 2, "unknown variant `gelu`");
    fs::remove_file(home.here("model.toml")).unwrap();
    home.write("model.ckpt", b"no checkpoint");
    home.check(&test("2"), 1, "invalid-argument");
}

#[test]
fn a_milestone_of_texts_is_graded_on_one() {
    let home = Home::new();
    let hello = prebuilt("examples/prebuilt/hello-layer.wasm");
    let test = |more: &[&'static str]| {
        ["milestone", "test", "5", "--component", &hello]
            .into_iter()
            .chain(more.iter().copied())
            .collect::<Vec<_>>()
    };
    home.check(&test(&[]), 1, "TinyTalk stands in for it; `tito data fetch tinyshakespeare` gets it");
    let data = home.json(&test(&["--data", "tinytalk", "--json"]), 1)["data"].clone();
    assert_eq!((&data["name"], &data["stands_in_for"]), (&"tinytalk".into(), &"tinyshakespeare".into()));
    assert!(data["examples"].as_u64() > Some(10_000), "{data}");
    home.write("own.txt", "The cat sat on the mat, and the dog sat on the log.\n".repeat(20));
    let data = home.json(&test(&["--data", "own.txt", "--json"]), 1)["data"].clone();
    assert_eq!((&data["name"], &data["stands_in_for"]), (&Value::from("own-text"), &Value::Null));
    assert_eq!(data["imported_sha256"].as_str().map(str::len), Some(64));
    home.write("short.txt", "A few words.");
    home.check(&test(&["--data", "short.txt"]), 2, "12 characters, where 1000 are the fewest");
    home.check(&test(&["--data", "mnist"]), 2, "name tinyshakespeare or tinytalk or a file with a text");
    home.check(&test(&["--data", "nothing.txt"]), 2, "there is no file 'nothing.txt'");
    home.check(&test(&["--data", "no/thing"]), 2, "name tinyshakespeare or tinytalk or a file with a text");
    home.check(&test(&["--data", "nothing"]), 2, "tito knows tinydigits");
}

/// Every guest reserves 4 GiB of addresses, which this shell does not give: no fault of the submission's.
#[cfg(target_os = "linux")]
#[test]
fn what_the_system_refuses_is_no_grade() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "ulimit -v 3000000; exec '{}' milestone test 1 --jobs 1 --component '{}' --no-cache",
        env!("CARGO_BIN_EXE_tito"),
        reference()
    );
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("TITO_DATA_DIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("the system refused") && !said.contains("of 100"), "{said}");
}

#[test]
fn what_the_gate_refuses_is_reported_and_not_graded() {
    let home = Home::new();
    home.write("text.wasm", "(component)");
    home.check(&test("text.wasm", &[]), 3, "Refused: not-a-component");
    let refused = home.json(&test("text.wasm", &["--json"]), 3);
    assert_eq!(refused["refusal"]["rule"], "not-a-component");
    assert_eq!(refused.get("score"), None);
    home.check(&["export", "layers", "--component", "text.wasm"], 3, "Refused: not-a-component");
    home.write("limits.toml", "[gate]\ncomponent_bytes = 1000\n");
    home.check(&test(&reference(), &["--limits", "limits.toml"]), 3, "at most 1,000 are allowed");
    home.write("limits.toml", "[run]\nstack_bytes = 0\n");
    home.check(&test(&reference(), &["--limits", "limits.toml"]), 2, "run.stack_bytes is 0; it must be from");
    home.write("limits.toml", "[run]\nfuel_per_call = 1\n");
    home.check(&test(&reference(), &["--limits", "limits.toml"]), 1, "the fuel limit: at most 1 units");
}

#[test]
fn a_secret_seed_hides_its_cases_from_students_alone() {
    let home = Home::new();
    home.write("secret", "a course's secret");
    let wrong = wrong();
    let asked = |audience| {
        let more = ["--json", "--course-secret", "secret", "--audience", audience];
        let report = home.json(&test(&wrong, &more), 1);
        assert_eq!(report["seed"].as_str().map(str::len), Some(64));
        let dense = &report["criteria"][0]["checks"][0];
        assert_eq!((&dense["name"], &dense["status"]), (&Value::from("dense"), &Value::from("failed")));
        dense["evidence"]["failures"][0]["asked"].as_str().unwrap().to_owned()
    };
    assert_eq!(asked("student"), "a hidden case");
    assert!(asked("instructor").contains("dense"));
}

#[test]
fn status_remembers_the_last_test_of_this_folder() {
    let home = Home::new();
    let status = ["milestone", "status"];
    home.check(&status, 0, "Not tested yet");
    home.check(&test(&reference(), &[]), 0, "100.0 of 100");
    home.check(&status, 0, "Not tested yet");
    fs::copy(wrong(), home.here("component.wasm")).unwrap();
    home.check(&["milestone", "test", "1"], 1, "Failed");
    home.check(&status, 0, "the one that was tested");
    let kept = home.json(&["milestone", "status", "--json"], 0);
    assert_eq!(
        (&kept["milestones"]["1"]["passed"], &kept["milestones"]["1"]["data"]),
        (&Value::from(false), &Value::from("tinydigits"))
    );
    home.write("component.wasm", "another");
    home.check(&status, 0, "changed since the test");
    fs::remove_file(home.here("component.wasm")).unwrap();
    home.check(&status, 0, "not there any more");
    fs::copy(prebuilt("examples/prebuilt/textbook.wasm"), home.here("component.wasm")).unwrap();
    home.write(".tito/status.json", "damaged");
    home.check(&["milestone", "test", "1", "--component", "component.wasm"], 0, "100.0 of 100");
    home.check(&status, 0, "100.0 of 100, Exemplary");
    fs::rename(home.here("component.wasm"), home.here("mine.wasm")).unwrap();
    home.check(&["milestone", "test", "1", "--component", "mine.wasm"], 0, "100.0 of 100");
    home.check(&status, 0, "the one that was tested");
    home.check(&[&status[..], &["--component", "none.wasm"]].concat(), 0, "not there any more");
}

#[test]
fn sources_are_measured_where_they_lie() {
    let home = Home::new();
    fs::copy(reference(), home.here("component.wasm")).unwrap();
    let summary = |more: &[&str]| {
        let report = home.json(&[&["milestone", "test", "1", "--json"], more].concat(), 0);
        report["criteria"][3]["checks"][0]["evidence"]["summary"].as_str().unwrap().to_owned()
    };
    assert!(summary(&[]).contains("no sources"));
    fs::create_dir(home.here("src")).unwrap();
    home.write("src/lib.rs", "//! Nothing.\n\n/// Two.\npub fn two() -> u32 {\n    2\n}\n");
    assert!(summary(&[]).contains("no sources"), "without a Cargo.toml, `src` is any folder");
    assert!(!summary(&["--source", "src"]).contains("no sources"));
    home.write("Cargo.toml", "");
    assert!(!summary(&[]).contains("no sources"));
    home.write("claims.toml", "");
    fs::create_dir(home.here("training")).unwrap();
    fs::rename(home.here("component.wasm"), home.here("my.wasm")).unwrap();
    let my = ["milestone", "test", "1", "--component", "my.wasm"];
    home.check(&my, 0, "note: claims.toml, training beside 'my.wasm' are not used");
    home.check(
        &[&my[..], &["--training", "training"]].concat(),
        0,
        "note: claims.toml beside 'my.wasm' is not used",
    );
}
