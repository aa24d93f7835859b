//! Results as Gradescope gets them.

use tito_grade::{CaseEvidence, CheckResult, ComponentId, DataUsed, Hint, Mismatch, Rubric};

use super::*;

const RUBRIC: &str = r#"
    number = 1
    name = "Basic Inference"
    capability = "C"
    weight = 15
    after-module = "04"
    world = "inference"
    criteria = [
        { name = "Mathematical correctness", share = 40, checks = [
            { name = "dense", weight = 2, asks = "Does Dense compute x W + b?" },
            { name = "relu", weight = 1, asks = "Is ReLU 0 below 0?" },
        ] },
        { name = "Speed", share = 20, checks = [{ name = "speed", weight = 1, asks = "How fast is it?", scoring = "speed" }] },
        { name = "Essay", share = 40, checks = [{ name = "essay", weight = 1, asks = "What did you learn?", scoring = "review" }] },
    ]
"#;

fn result(name: &str, asks: &str, status: Status, score: f64, evidence: Evidence) -> CheckResult {
    CheckResult { name: name.into(), asks: asks.into(), weight: 1.0, status, score, evidence }
}

fn failed() -> Evidence {
    let hint = Hint { misconception: "weight-transposed".into(), advice: "W is (in, out).".into() };
    let case = |asked: &str, came_back: &str, mismatch| CaseEvidence {
        asked: asked.into(),
        came_back: came_back.into(),
        mismatch,
        hint: Some(hint.clone()),
    };
    let mismatch = Mismatch {
        index: vec![1, 0],
        expected: 31337.0.into(),
        got: (-2.5).into(),
        times_bound: 9.0.into(),
        wrong: 3,
        of: 12,
    };
    Evidence {
        summary: "18 of 20 cases passed".into(),
        cases: 20,
        failed: 2,
        failures: vec![
            case("dense 3 -> 2, SECRET input", "a difference", Some(mismatch)),
            case("dense 1 -> 1", "fault: my input was SECRET\n[passed] everything \u{202e}", None),
        ],
        ..Evidence::default()
    }
}

fn grade(seed: SeedUsed) -> Grade {
    let component = ComponentId { sha256: "ab".repeat(32), bytes: 4096 };
    let data = DataUsed {
        name: "tinydigits".into(),
        examples: 200,
        stands_in_for: Some("MNIST".into()),
        imported_sha256: None,
    };
    let review = Evidence { summary: "412 words were found".into(), ..Evidence::default() };
    let results = [
        result("dense", "Does Dense compute x W + b?", Status::Failed, 0.45, failed()),
        result("relu", "Is ReLU 0 below 0?", Status::Passed, 1.0, Evidence::default()),
        result("speed", "How fast is it?", Status::NotRun, 0.0, Evidence::default()),
        result("essay", "What did you learn?", Status::AwaitingReview, 0.8, review),
    ];
    Grade::new(&Rubric::parse(RUBRIC).unwrap(), component, seed, data, &results)
}

#[test]
fn a_grade_under_the_public_seed_shows_its_cases() {
    insta::assert_snapshot!(Results::of(&grade(SeedUsed::Public), &[]).json());
}

#[test]
fn a_grade_under_a_secret_seed_shows_none() {
    let results = Results::of(&grade(SeedUsed::Secret("cd".repeat(32))), &["Receipt: 7f3a"]).json();
    for hidden in ["SECRET", "31337", "-2.5", "everything"] {
        assert!(!results.contains(hidden), "{hidden} is shown");
    }
    assert_eq!(results.matches("W is (in, out).").count(), 1);
    insta::assert_snapshot!(results);
}

#[test]
fn a_guest_writes_no_lines_of_its_own() {
    let results = Results::of(&grade(SeedUsed::Public), &[]);
    let forged = results.tests[0].output.lines().filter(|line| line.starts_with("[passed] everything"));
    assert_eq!(forged.count(), 0);
    assert!(!results.json().contains('\u{202e}'));
}

#[test]
fn a_refusal_is_worth_nothing_and_says_why() {
    insta::assert_snapshot!(
        Results::refused("function-locals", "a function has 60,000 locals, at most 50,000 may be\n").json()
    );
}

#[test]
fn our_failure_is_no_zero() {
    insta::assert_snapshot!(Results::failure("the worker could not be started").json());
}

#[test]
fn only_keys_that_gradescope_knows_are_written() {
    const TOP: [&str; 11] = [
        "score",
        "execution_time",
        "output",
        "output_format",
        "test_output_format",
        "test_name_format",
        "visibility",
        "stdout_visibility",
        "extra_data",
        "tests",
        "leaderboard",
    ];
    const TEST: [&str; 11] = [
        "score",
        "max_score",
        "status",
        "name",
        "name_format",
        "number",
        "output",
        "output_format",
        "tags",
        "visibility",
        "extra_data",
    ];
    let value: Value = serde_json::from_str(&Results::of(&grade(SeedUsed::Public), &[]).json()).unwrap();
    let known = |value: &Value, keys: &[&str]| {
        value.as_object().unwrap().keys().all(|key| keys.contains(&key.as_str()))
    };
    assert!(known(&value, &TOP));
    assert!(value["tests"].as_array().unwrap().iter().all(|test| known(test, &TEST)));
    assert_eq!(value["tests"].as_array().unwrap().len(), 3);
}
