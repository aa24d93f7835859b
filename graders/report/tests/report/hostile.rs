//! Names that are markup, formulas and commands are text in every form.

use proptest::prelude::*;
use tito_grade::SeedUsed;
use tito_report::{Audience, Detail, Style, class, html, student};

use crate::{
    class::report,
    course::{self, HOSTILE},
    sample,
};

const PLAIN: Style = Style { color: false, width: 120, unicode: true };

fn named(name: &str) -> student::StudentReport {
    course::report(name, &SeedUsed::Public, Audience::Student, Detail::Evidence)
}

fn check_lines(output: &str) {
    let treacherous = |c: &char| (c.is_control() && *c != '\n') || *c == '\u{202e}';
    assert_eq!(output.chars().find(treacherous), None, "{output}");
    assert!(!output.lines().any(|line| line.starts_with("# Ada")), "{output}");
}

#[test]
fn terminals_obey_no_name() {
    check_lines(&student::terminal(&named(HOSTILE), PLAIN));
    check_lines(&class::terminal(&report(), PLAIN));
    check_lines(&student::json(&named(HOSTILE)));
    check_lines(&class::json(&report()));
}

#[test]
fn pages_run_no_name() {
    for page in [student::html(&named(HOSTILE)), class::html(&report())] {
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
        assert!(!page.contains("<script") && !page.contains("<b>abort"), "{page}");
        assert!(!page.contains(['\u{1b}', '\u{202e}']), "{page}");
    }
}

/// A fault in the guest's words, and a function's name.
#[test]
fn a_page_of_a_grading_runs_nothing_of_a_component() {
    let document = sample::document(SeedUsed::Public, Audience::Student);
    let at = "2024-09-20T12:00:00Z".parse().unwrap();
    let page = html::document(&document, Some(&sample::fuel()), at);
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("Where the fuel goes"),
        "{page}"
    );
    assert!(!page.contains("<script") && !page.contains(['\u{1b}', '\u{202e}']), "{page}");
    for document in [sample::refused(), sample::quarantined()] {
        let page = html::document(&document, None, at);
        assert!(page.contains("<h2") && !page.contains("Where the fuel goes"), "{page}");
    }
}

#[test]
fn tables_of_markdown_keep_their_columns() {
    for text in [student::markdown(&named(HOSTILE)), class::markdown(&report())] {
        check_lines(&text);
        assert!(!text.contains("<script"), "{text}");
        check_columns(&text);
    }
}

/// All rows of a table have as many columns as its head.
#[track_caller]
fn check_columns(text: &str) {
    let columns = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
    let lines: Vec<_> = text.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair.iter().all(|line| line.starts_with('|'))) {
        assert_eq!(columns(pair[0]), columns(pair[1]), "{}\n{}", pair[0], pair[1]);
    }
}

#[test]
fn spreadsheets_compute_no_name() {
    for (sheet, rows) in [(student::csv(&named(HOSTILE)), 4 + 1 + 3 + 1 + 1), (class::csv(&report()), 24 * 5)]
    {
        let mut reader = csv::Reader::from_reader(sheet.as_bytes());
        let records: Vec<_> =
            reader.records().map(|record| record.expect("rows have as many cells as the head")).collect();
        assert_eq!(records.len(), rows);
        for cell in records.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '@']) && !cell.contains(char::is_control), "{cell}");
        }
        assert!(sheet.contains("'=<script>"), "{sheet}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_name_adds_a_tag_or_ends_an_attribute(name in "\\PC{1,12}|[<>&\"'` ]{1,8}") {
        let count = |page: &str, c: char| page.matches(c).count();
        let (page, plain) = (student::html(&named(&name)), student::html(&named("Ada")));
        for c in ['<', '>', '"'] {
            prop_assert_eq!(count(&page, c), count(&plain, c));
        }
    }

    #[test]
    fn no_name_adds_a_line_or_a_column(name in any::<String>()) {
        let (text, plain) = (student::markdown(&named(&name)), student::markdown(&named("Ada")));
        prop_assert_eq!(text.lines().count(), plain.lines().count());
        check_columns(&text);
    }
}
