//! Who may see what of a failed case.

use crate::sample;
use tito_grade::SeedUsed;
use tito_report::{Audience, Style, json, terminal};

/// Numbers and words that stand only in the cases of `sample::grade`.
const HIDDEN: [&str; 9] =
    ["0.1234567", "98.76543", "4321", "5678", "83", "91", "1009", "0.7182818", "all is well"];

#[track_caller]
fn check(seed: SeedUsed, audience: Audience, shows_cases: bool) {
    let document = sample::document(seed, audience);
    let style = Style { color: false, width: 500, unicode: true };
    for output in [terminal(&document, style), json(&document)] {
        assert!(output.contains("weight-transposed") && output.contains("8 of 24 cases passed"), "{output}");
        for hidden in HIDDEN {
            assert_eq!(output.contains(hidden), shows_cases, "{hidden} in {output}");
        }
    }
}

#[test]
fn only_a_student_under_a_secret_seed_is_kept_from_the_cases() {
    // The digest and the component's name share no digits with the cases.
    let secret = || SeedUsed::Secret("ab".repeat(32));
    check(secret(), Audience::Student, false);
    check(secret(), Audience::Instructor, true);
    check(SeedUsed::Public, Audience::Student, true);
}

#[test]
fn a_misconception_is_told_once() {
    let document = sample::document(SeedUsed::Secret("ab".repeat(32)), Audience::Student);
    assert_eq!(json(&document).matches("weight-transposed").count(), 1);
}
