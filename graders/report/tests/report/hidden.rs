//! What a student may not see is in no output of any form.

use tito_grade::SeedUsed;
use tito_report::{Audience, Detail, Style, student};

use crate::course::report;

/// What stands only in hidden cases, in the words of a guest that saw them, and the name of somebody else.
const HIDDEN: [&str; 9] = [
    "0.1234567",
    "98.76543",
    "4321 of 5678",
    "dense 83 -&gt; 91",
    "dense 83 -> 91",
    "[5, 1009]",
    "0.7182818",
    "all is well",
    "grace_ta",
];

const WIDE: Style = Style { color: false, width: 5_000, unicode: true };

fn secret() -> SeedUsed {
    SeedUsed::Secret("ab".repeat(32))
}

/// Every form of Ada's report.
fn outputs(seed: &SeedUsed, audience: Audience, detail: Detail) -> [(&'static str, String); 5] {
    let report = report("Ada Lovelace", seed, audience, detail);
    [
        ("terminal", student::terminal(&report, WIDE)),
        ("JSON", student::json(&report)),
        // Without backslashes, which would hide a word from the search.
        ("Markdown", student::markdown(&report).replace('\\', "")),
        ("CSV", student::csv(&report)),
        ("HTML", student::html(&report)),
    ]
}

#[track_caller]
fn check(seed: &SeedUsed, audience: Audience, detail: Detail, words: &[&str], is_shown: bool) {
    for (form, output) in outputs(seed, audience, detail) {
        for word in words {
            let found = output.contains(word);
            assert!(found == is_shown, "'{word}' in {form} for {audience:?}, {detail:?}: {found}");
        }
    }
}

#[test]
fn a_student_sees_no_hidden_case_and_nobody_else() {
    for detail in [Detail::Scores, Detail::Checks, Detail::Evidence] {
        check(&secret(), Audience::Student, detail, &HIDDEN, false);
    }
}

#[test]
fn an_instructor_sees_the_cases_whatever_students_see() {
    let shown = ["0.1234567", "0.7182818", "all is well"];
    for (form, output) in outputs(&secret(), Audience::Instructor, Detail::Scores) {
        let missing: Vec<_> = shown.iter().filter(|word| !output.contains(**word)).collect();
        assert!(form == "CSV" || missing.is_empty(), "{missing:?} are not in {form}");
    }
}

#[test]
fn under_the_public_seed_a_student_sees_the_cases_and_nobody_else() {
    check(&SeedUsed::Public, Audience::Student, Detail::Evidence, &["grace_ta"], false);
    let [terminal, json, markdown, _, html] = outputs(&SeedUsed::Public, Audience::Student, Detail::Evidence);
    for (form, output) in [terminal, json, markdown, html] {
        assert!(output.contains("0.1234567"), "{form}");
    }
}

#[test]
fn the_course_decides_how_much_students_see() {
    let names = ["softmax", "weight-transposed"];
    let of = |detail| {
        let outputs = outputs(&secret(), Audience::Student, detail);
        names.map(|name| outputs.iter().filter(|(_, output)| output.contains(name)).count())
    };
    // CSV has criteria alone.
    assert_eq!(of(Detail::Scores), [0, 0]);
    assert_eq!(of(Detail::Checks), [4, 0]);
    assert_eq!(of(Detail::Evidence), [4, 4]);
}
