//! Who may see what of a failed case.

use crate::{class, course, sample};
use tito_grade::SeedUsed;
use tito_report::{Audience, Detail, Style, class as classes, json, student, terminal};

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

/// Every form of a student's report, with how it says who it is for.
fn forms(seed: &SeedUsed, audience: Audience) -> [(String, &'static str); 3] {
    let report = course::report("Ada", seed, audience, Detail::Evidence);
    let style = Style { color: false, width: 100, unicode: true };
    [
        (student::terminal(&report, style), "For instructors"),
        (student::markdown(&report), "**For instructors"),
        (student::html(&report), "<strong>For instructors"),
    ]
}

#[test]
fn a_report_for_an_instructor_says_so_and_one_for_a_student_says_nothing_like_it() {
    let secret = SeedUsed::Secret("ab".repeat(32));
    for (form, notice) in forms(&secret, Audience::Instructor) {
        assert!(form.contains(&format!("{notice}: it has hidden cases")), "{form}");
    }
    for (form, notice) in forms(&SeedUsed::Public, Audience::Instructor) {
        assert!(form.contains(notice) && !form.contains("it has hidden cases"), "{form}");
    }
    for (form, _) in forms(&secret, Audience::Student) {
        assert!(!form.to_lowercase().contains("instructor"), "{form}");
    }
    let style = Style { color: false, width: 100, unicode: true };
    for (audience, says_so) in [(Audience::Instructor, true), (Audience::Student, false)] {
        let form = terminal(&sample::document(secret.clone(), audience), style);
        assert_eq!(form.contains("For instructors: it has hidden cases"), says_so, "{form}");
    }
}

#[test]
fn documents_for_programs_have_their_audience() {
    for (audience, name) in [(Audience::Student, "student"), (Audience::Instructor, "instructor")] {
        let report = course::report("Ada", &SeedUsed::Public, audience, Detail::Evidence);
        for form in [student::json(&report), json(&sample::document(SeedUsed::Public, audience))] {
            let form: serde_json::Value = serde_json::from_str(&form).unwrap();
            assert_eq!(form["audience"], name);
        }
    }
}

#[test]
fn windows_of_browsers_are_told_apart_by_their_titles() {
    for (audience, title) in [
        (Audience::Student, "<title>Report of Ada · "),
        (Audience::Instructor, "<title>Instructor's report on Ada · "),
    ] {
        let page = student::html(&course::report("Ada", &SeedUsed::Public, audience, Detail::Evidence));
        assert!(page.contains(title), "{title}");
    }
}

#[test]
fn a_report_of_a_class_is_for_instructors() {
    let report = class::report();
    let style = Style { color: false, width: 100, unicode: true };
    for (form, notice) in [
        (classes::terminal(&report, style), "For instructors\n"),
        (classes::markdown(&report), "**For instructors**"),
        (classes::html(&report), "<strong>For instructors</strong>"),
        (classes::json(&report), "\"audience\": \"instructor\""),
    ] {
        assert!(form.contains(notice), "{notice}");
    }
}

#[test]
fn ids_are_never_broken() {
    let report = class::report();
    for width in [60, 80, 100] {
        let table = classes::progress(&report.progress, Style { color: false, width, unicode: true });
        for student in &report.progress.students {
            assert!(table.contains(&student.student), "{} at {width}: {table}", student.student);
        }
    }
}

#[test]
fn a_void_attempt_is_told_with_its_reason_and_without_a_score() {
    let report = course::voided("wrong file");
    let json: serde_json::Value = serde_json::from_str(&student::json(&report)).unwrap();
    let attempt = &json["milestones"][0]["attempts"][0];
    assert_eq!((&attempt["state"], &attempt["reason"]), (&"void".into(), &"wrong file".into()));
    assert!(attempt["score"].is_null() && json["milestones"][0]["attempts"][1]["score"].is_f64());
    let style = Style { color: false, width: 100, unicode: true };
    assert!(student::terminal(&report, style).contains("void: wrong file"));
}
