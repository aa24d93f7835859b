//! What the reports look like.

use std::time::Duration;

use crate::{course, sample};
use tito_grade::SeedUsed;
use tito_report::{Audience, Detail, Style, class, json, student, terminal, timings};

const PLAIN: Style = Style { color: false, width: 100, unicode: true };

fn public() -> tito_report::Document {
    sample::document(SeedUsed::Public, Audience::Student)
}

#[test]
fn a_graded_terminal_report() {
    insta::assert_snapshot!(terminal(&public(), PLAIN));
}

#[test]
fn a_hidden_terminal_report_in_ascii() {
    let document = sample::document(SeedUsed::Secret("ab".repeat(32)), Audience::Student);
    insta::assert_snapshot!(terminal(&document, Style { unicode: false, width: 72, ..PLAIN }));
}

#[test]
fn a_refused_terminal_report() {
    insta::assert_snapshot!(terminal(&sample::refused(), PLAIN));
}

#[test]
fn a_quarantined_terminal_report() {
    insta::assert_snapshot!(terminal(&sample::quarantined(), PLAIN));
}

#[test]
fn a_graded_json_document() {
    insta::assert_snapshot!(json(&public()));
}

#[test]
fn a_refused_json_document() {
    insta::assert_snapshot!(json(&sample::refused()));
}

#[test]
fn a_timings_table() {
    let stages = [("gate", 1.5), ("compile", 420.0), ("checks", 380.25)];
    let stages = stages.map(|(name, ms): (&str, f64)| (name.to_owned(), Duration::from_secs_f64(ms / 1e3)));
    insta::assert_snapshot!(timings(&stages, PLAIN));
}

#[test]
fn colours_change_nothing_but_colours() {
    let document = public();
    let coloured = terminal(&document, Style { color: true, ..PLAIN });
    for line in ["Milestone 1", "weight-transposed"] {
        assert!(
            coloured.lines().any(|text| text.contains(line) && text.contains("\u{1b}[")),
            "{line} is plain"
        );
    }
    // Where a coloured cell ends in padding, the plain report ends the line earlier.
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&console::strip_ansi_codes(&coloured)), lines(&terminal(&document, PLAIN)));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 72, 100, 160] {
        let report = terminal(&public(), Style { width, ..PLAIN });
        for line in report.lines() {
            assert!(console::measure_text_width(line) <= width, "{width}: {line}");
        }
    }
}

#[test]
fn observations_come_last_and_are_all_that_differs() {
    let before = |document| json(&document).split_once("\n  \"observations\"").unwrap().0.to_owned();
    assert_eq!(before(public()), before(public().observed("run_ms", 9.75).observed("machine", "another")));
}

#[test]
fn no_control_character_of_a_guest_reaches_any_output() {
    for document in [public(), sample::refused(), sample::quarantined()] {
        for output in [terminal(&document, PLAIN), json(&document)] {
            let treacherous = |c: &char| (c.is_control() && *c != '\n') || *c == '\u{202e}';
            assert_eq!(output.chars().find(treacherous), None, "{output}");
            assert!(!output.contains("\nall is well"), "{output}");
        }
    }
}

fn student(detail: Detail) -> student::StudentReport {
    let secret = SeedUsed::Secret("ab".repeat(32));
    course::report("Ada Lovelace", &secret, Audience::Student, detail)
}

#[test]
fn a_student_in_a_terminal() {
    insta::assert_snapshot!(student::terminal(&student(Detail::Evidence), PLAIN));
}

#[test]
fn a_student_in_markdown() {
    insta::assert_snapshot!(student::markdown(&student(Detail::Evidence)));
}

#[test]
fn a_student_in_markdown_with_scores_alone() {
    insta::assert_snapshot!(student::markdown(&student(Detail::Scores)));
}

#[test]
fn a_student_in_csv() {
    insta::assert_snapshot!(student::csv(&student(Detail::Evidence)));
}

#[test]
fn a_student_in_json() {
    insta::assert_snapshot!(student::json(&student(Detail::Checks)));
}

#[test]
fn a_class_in_a_terminal() {
    insta::assert_snapshot!(class::terminal(&crate::class::report(), PLAIN));
}

#[test]
fn an_empty_class_in_a_terminal() {
    insta::assert_snapshot!(class::terminal(&crate::class::empty(), PLAIN));
}

#[test]
fn a_class_in_markdown() {
    insta::assert_snapshot!(class::markdown(&crate::class::report()));
}

#[test]
fn a_class_in_csv() {
    insta::assert_snapshot!(class::csv(&crate::class::report()));
}
