//! Milestone 4: what `tito train` left is graded, and what somebody else left is found out.

use std::fs;

use serde_json::Value;

use crate::home::{Home, reference};

/// Of one epoch, so that it is the one that is trained again.
const PLAN: &str = r#"
data = "tinydigits"
network = ["flatten", { dense = { inputs = 64, outputs = 10 } }]
optimizer = { sgd = { momentum = 0.9 } }
learning-rate = 0.2
epochs = 1
batch-size = 16
seed = 5
"#;

const CLAIMS: &str = "parameters = 650
flops-per-image = 1280
bytes-per-image = 300
exponents = { batch = 1, width = 2, side = 2, channels = 2 }
";

/// Somebody who has trained by this plan.
fn trained(plan: &str) -> Home {
    let home = Home::new();
    home.write("component.wasm", fs::read(reference()).unwrap());
    home.write("train.toml", plan);
    home.check(&["train"], 0, "for milestone 4 the whole folder");
    home.write("claims.toml", CLAIMS);
    home
}

/// The checks of a milestone's grade, by name.
fn check<'a>(grade: &'a Value, name: &str) -> &'a Value {
    let criteria = grade["criteria"].as_array().unwrap().iter();
    let mut checks = criteria.flat_map(|criterion| criterion["checks"].as_array().unwrap());
    checks.find(|check| check["name"] == name).unwrap()
}

#[track_caller]
fn graded(home: &Home, code: i32, checks: &[(&str, f64, &str)]) {
    let grade = home.json(&["milestone", "test", "4", "--data", "tinydigits", "--json"], code);
    for (name, score, says) in checks {
        let check = check(&grade, name);
        assert_eq!(check["score"].as_f64(), Some(*score), "{check:#}");
        assert!(check["evidence"].to_string().contains(says), "{check:#}");
    }
}

fn log(home: &Home) -> String {
    fs::read_to_string(home.here("training/log.jsonl")).unwrap()
}

#[test]
fn a_training_of_ones_own_counts() {
    let home = trained(PLAN);
    graded(
        &home,
        0,
        &[
            ("test-images", 1.0, "% of 449 images right"),
            ("provenance", 1.0, "trained epoch 1 again, epoch 1 in another order"),
        ],
    );
}

#[test]
fn somebody_elses_checkpoint_counts_for_nothing() {
    let (home, other) = (trained(PLAN), trained(&PLAN.replace("seed = 5", "seed = 6")));
    let digest = |log: &str| log.split("\"after\":\"").nth(1).unwrap()[..64].to_owned();
    let (own, foreign) = (digest(&log(&home)), digest(&log(&other)));
    home.write("training/log.jsonl", log(&home).replace(&own, &foreign));
    graded(&home, 1, &[("provenance", 0.0, "the checkpoint of epoch 1 is not there")]);
    home.write("training/epoch-001.ckpt", fs::read(other.here("training/epoch-001.ckpt")).unwrap());
    let unproven = ("test-images", 0.0, "the training is not proven");
    graded(&home, 1, &[unproven, ("provenance", 0.0, "epoch-not-trained")]);
}

#[test]
fn what_does_not_belong_together_is_told() {
    let home = trained(PLAN);
    let fuel = log(&home).replace("\"fuel\":", "\"fuel\":1");
    home.write("training/log.jsonl", fuel);
    graded(&home, 1, &[("provenance", 0.0, "fuel instead of 1")]);
    home.write("training/train.toml", PLAN.replace("seed = 5", "seed = 7"));
    graded(&home, 1, &[("provenance", 0.0, "log.jsonl: it is of another plan")]);
    fs::remove_dir_all(home.here("training")).unwrap();
    graded(&home, 1, &[("provenance", 0.0, "put the folder `training`")]);
}

/// The claims that `milestone info` shows.
fn shown_claims(home: &Home) -> String {
    let info = home.run(&["milestone", "info", "4"]).out;
    let claims = info.split("claims.toml, with figures of your own\n").nth(1).expect("they have a heading");
    claims.split("\nLimits").next().expect("something comes before").to_owned()
}

#[test]
fn claims_are_held_against_what_was_measured() {
    let home = trained(PLAN);
    let wrong = [("650", "640"), ("1280", "640"), ("width = 2", "width = 3"), ("300", "90000")];
    let claims = wrong.iter().fold(CLAIMS.to_owned(), |claims, (right, wrong)| claims.replace(right, wrong));
    home.write("claims.toml", claims);
    graded(
        &home,
        1,
        &[
            ("claimed-parameters", 0.0, "claimed 640; it is 650"),
            ("claimed-flops", 0.0, "claimed 640; it is 1280"),
            ("claimed-memory", 0.0, "claimed 90000; measured "),
            ("claimed-scaling", 0.5, "claimed 3; measured 1."),
        ],
    );
    home.write("claims.toml", "parameters = 650\nflop = 1");
    graded(&home, 1, &[("claimed-parameters", 0.0, "unknown field `flop`")]);
    home.write("claims.toml", shown_claims(&home));
    graded(&home, 1, &[("claimed-parameters", 0.0, "claimed 101738"), ("claimed-scaling", 1.0, "")]);
    home.write("claims.toml", "parameters = 6.5e2");
    graded(&home, 1, &[("claimed-parameters", 1.0, ""), ("claimed-flops", 0.0, "no claim in `claims.toml`")]);
}
