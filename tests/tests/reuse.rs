//! How much of one component runs in another: the examples and guests, run and compared.

use std::fs;

use tito_artifact::{Artifact, Gated, Limits};
use tito_data::{Split, Store, TINYDIGITS, TINYTALK};
use tito_grade::{CheckResult, Status};
use tito_judge::Seed;
use tito_milestones::{Compared, Context, Profiled, comparison, grade, milestone, profile_limits};
use tito_reuse::{Comparison, Fate, Tier};
use tito_sandbox::{Compiled, Metering, Outcome, RunLimits, Sandbox, Watch};

struct Ready {
    artifact: Artifact,
    compiled: Outcome<Compiled>,
}

fn ready(name: &str) -> Ready {
    let folder = format!("{}/..", env!("CARGO_MANIFEST_DIR"));
    let path = match name {
        "reference" | "textbook" | "hello-layer" => format!("{folder}/examples/prebuilt/{name}.wasm"),
        guest => format!("{folder}/tests/guests/prebuilt/{guest}.wasm"),
    };
    let artifact = match Artifact::gate(fs::read(path).expect("it is there"), &Limits::default()) {
        Gated::Admitted(artifact) => artifact,
        Gated::Refused(refusal) => panic!("{refusal}"),
    };
    let limits = profile_limits(&RunLimits { deadline_ms: 120_000, ..RunLimits::default() });
    let sandbox = Sandbox::new(Metering::Profiled, Watch::Inside, &limits).expect("the host is well");
    let compiled = sandbox.compile(&artifact).expect("the host is well");
    Ready { artifact, compiled }
}

/// What became of the one's functions in the other, or why nothing can be said.
fn compared(vision: &str, language: &str) -> Result<Comparison, String> {
    let [vision, language] = [vision, language].map(ready);
    let [first, second] =
        [&vision, &language].map(|ready| Profiled { artifact: &ready.artifact, launch: &ready.compiled });
    let compared = Compared { vision: first, language: second };
    let found = comparison(&compared, &RunLimits::default()).expect("the host is well")?;
    for row in &found.rows {
        println!(
            "{:?} {} {} {} {:?}",
            row.id,
            row.name.as_deref().unwrap_or("?"),
            row.fuel,
            row.kept,
            row.fate
        );
    }
    println!(
        "{:?} {:?} {:?}: R {:?}, S {}",
        found.tier,
        found.vision,
        found.language,
        found.retention(),
        found.share()
    );
    Ok(found)
}

/// What the milestone makes of it.
fn graded(vision: &str, language: &str) -> CheckResult {
    let [vision, language] = [vision, language].map(ready);
    let [first, second] =
        [&vision, &language].map(|ready| Profiled { artifact: &ready.artifact, launch: &ready.compiled });
    let store = Store::at("unused");
    let data = store.load(&TINYDIGITS, Split::Train).expect("TinyDigits are part of the program");
    let text = store.text(&TINYTALK).expect("TinyTalk is part of the program");
    let mut milestone = milestone(5).expect("there are five");
    milestone.rubric.criteria.retain(|criterion| criterion.name == "Component reuse");
    let seed = Seed::public();
    let context = Context::new(&language.compiled, &seed, &data, None)
        .reading(&text)
        .comparing(Ok(Compared { vision: first, language: second }));
    let grade = grade(&milestone, &language.artifact, &context, &mut |_, _| {}).expect("the host is well");
    let result = grade.checks().next().expect("the criterion has one check").clone();
    println!("{:?} {}: {}", result.status, result.score, result.evidence.summary);
    result
}

#[track_caller]
fn check(vision: &str, language: &str, retention: std::ops::RangeInclusive<f64>) {
    let found = compared(vision, language).unwrap_or_else(|problem| panic!("{problem}"));
    let found = found.retention().expect("there is enough of it");
    assert!(retention.contains(&found), "{found}");
}

#[test]
fn one_component_for_both_is_all_of_itself() {
    let found = compared("reference", "reference").expect("it is one file");
    assert_eq!((found.tier, found.retention()), (Tier::Component, Some(1.0)));
    let share = found.share();
    assert!((0.2..0.999).contains(&share), "attention is none of vision's, and matrices are: {share}");
}

#[test]
fn frameworks_of_others_have_nothing_of_it() {
    check("reference", "textbook", 0.0..=0.05);
    check("textbook", "reference", 0.0..=0.05);
}

#[test]
fn one_framework_with_another_loss_is_the_same_framework() {
    check("ok_sgd_rate_in_velocity", "ok_loss_log_softmax", 0.95..=1.0);
}

/// Its own convolutions and dense layers run, and those of the right framework stand beside them for layers that it does
/// not make.
#[test]
fn copies_that_never_run_are_worth_nothing() {
    let found = compared("ok_sgd_rate_in_velocity", "ok_learning_double_precision");
    let found = found.unwrap_or_else(|problem| panic!("{problem}"));
    let asleep = found.rows.iter().filter(|row| row.fate == Fate::Asleep);
    let asleep = asleep.inspect(|row| assert_eq!(row.kept, 0)).map(|row| row.fuel).sum::<u64>();
    assert!(asleep * 5 > found.vision.fuel, "{asleep} of {}", found.vision.fuel);
    let retention = found.retention().expect("there is enough of it");
    assert!((0.1..0.4).contains(&retention), "{retention}");
}

#[test]
fn too_little_is_no_zero() {
    let problem = compared("hello-layer", "reference").expect_err("it has no convolutions");
    assert!(problem.contains("does not get through"), "{problem}");
}

/// All of the vision code works on for images, and a tenth of what a text needs is done by it: the rest was written anew.
#[test]
fn a_framework_beside_another_is_not_used_again() {
    let result = graded("ok_sgd_rate_in_velocity", "ok_key_value_cache");
    assert_eq!(result.status, Status::AwaitingReview);
    assert!((0.2..0.7).contains(&result.score), "{}", result.score);
    let rows = &result.evidence.tables.first().expect("both figures are shown").rows;
    let percent = |row: usize| rows[row][1].trim_end_matches(" %").parse::<f64>().expect("it is a share");
    assert!(percent(0) > 99.0 && (5.0..20.0).contains(&percent(1)), "{rows:?}");
}

#[test]
fn one_component_for_both_has_all_points() {
    let result = graded("textbook", "textbook");
    assert_eq!((result.status, result.score), (Status::Passed, 1.0));
}

/// The same sources would be found as little after another compiler, or with other flags.
#[test]
fn what_is_not_found_awaits_a_person() {
    let result = graded("textbook", "reference");
    assert_eq!((result.status, result.score), (Status::AwaitingReview, 0.0));
    let summary = &result.evidence.summary;
    assert!(summary.contains("a person decides") && summary.contains("both name rustc 1."), "{summary}");
}
