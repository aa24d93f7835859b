//! The cases that judge students judge the native kernels, too: a guest made of them passes every check. One with a known
//! bug is told its name.

mod bugs;
mod fit;
mod guest;
mod honest;
mod language_bugs;
mod told;
mod writer;

use std::env;

use tito_artifact::{Artifact, Gated, Limits};
use tito_data::{Store, TINYDIGITS, TINYTALK};
use tito_grade::{Grade, Status};
use tito_judge::Seed;
use tito_milestones::{Context, Milestone, grade, milestone};
use tito_sandbox::Launch;

use crate::guest::Launcher;

fn numbered(number: u32) -> Milestone {
    milestone(number).expect("it is graded")
}

/// Criteria that have real images or a text learnt, which takes a second each time.
const SLOW: [&str; 3] = ["CIFAR-10 training", "Text generation", "Framework unification"];

/// A milestone without them.
fn quick(number: u32) -> Milestone {
    let mut milestone = numbered(number);
    milestone.rubric.criteria.retain(|criterion| !SLOW.contains(&criterion.name.as_str()));
    milestone
}

/// The criterion of milestone 3 that asks for formulas.
fn formulas() -> Milestone {
    let mut milestone = numbered(3);
    milestone.rubric.criteria.retain(|criterion| criterion.name == "Loss functions");
    milestone
}

/// The criterion of milestone 5 that asks for formulas, and of it the gradients alone.
fn language_gradients() -> Milestone {
    let mut milestone = numbered(5);
    for criterion in &mut milestone.rubric.criteria {
        criterion.checks.retain(|check| check.name.starts_with("backward-"));
    }
    milestone.rubric.criteria.retain(|criterion| !criterion.checks.is_empty());
    milestone
}

fn graded(milestone: &Milestone, launch: &dyn Launch, seed: &Seed) -> Grade {
    let Gated::Admitted(artifact) = Artifact::gate(b"\0asm\x0d\0\x01\0".to_vec(), &Limits::default()) else {
        panic!("an empty component passes the gate")
    };
    let data = Store::at("nowhere").load(&TINYDIGITS, milestone.split).unwrap();
    let text = Store::at("nowhere").text(&TINYTALK).unwrap();
    let context = Context::new(launch, seed, &data, None);
    let context = if milestone.is_of_text() { context.reading(&text) } else { context };
    grade(milestone, &artifact, &context, &mut |_, _| {}).unwrap()
}

/// How many secrets are tried: 40, or as many as `TITO_TEST_SEEDS` says. Before a check lands it was 2,000.
fn secrets() -> u32 {
    env::var("TITO_TEST_SEEDS").map_or(40, |seeds| seeds.parse().expect("TITO_TEST_SEEDS is a number"))
}

/// The public seed, and so many secret ones.
fn seeds(number: u32, secrets: u32) -> impl Iterator<Item = Seed> {
    let digest = tito_artifact::Digest::of(b"");
    let secrets = (0..secrets).map(move |secret| Seed::secret(&secret.to_le_bytes(), number, digest));
    [Seed::public()].into_iter().chain(secrets)
}

#[track_caller]
fn passes(milestone: &Milestone, launch: &dyn Launch, secrets: u32) {
    for seed in seeds(milestone.rubric.number, secrets) {
        let grade = graded(milestone, launch, &seed);
        for check in grade.checks().filter(|check| check.status != Status::AwaitingReview) {
            assert_eq!(check.status, Status::Passed, "{check:#?}");
        }
    }
}

#[test]
fn the_native_kernels_pass_every_check_under_every_seed() {
    for milestone in [numbered(1), numbered(2), quick(3)] {
        passes(&milestone, &Launcher::default(), secrets());
    }
    passes(&quick(5), &Launcher::default(), secrets() / 2);
    for number in [3, 5] {
        passes(&numbered(number), &Launcher::default(), secrets() / 20);
    }
}

#[test]
fn other_honest_formulas_pass_every_check() {
    for bug in honest::VARIANTS {
        passes(&formulas(), &Launcher { bug }, secrets() / 4);
        passes(&language_gradients(), &Launcher { bug }, secrets() / 4);
    }
}

#[test]
fn a_grade_depends_on_the_seed_alone() {
    let rayon = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let seed = Seed::public();
    for number in [1, 2, 3, 5] {
        let milestone = numbered(number);
        let graded = || graded(&milestone, &Launcher::default(), &seed);
        let [one, two] = [1, 2].map(|threads| rayon(threads).install(graded));
        assert_eq!(one, two);
        assert_eq!(one, graded());
    }
}
