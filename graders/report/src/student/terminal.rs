//! The report in a terminal: the course first, then every milestone that something was handed in for.

use comfy_table::{Cell, CellAlignment};
use tito_grade::{CheckResult, Grade, points};
use tito_gradebook::{Line, Settled};

use super::{Grading, Milestone, StudentReport, words};
use crate::{
    Style,
    ending::Ending,
    moment::moment,
    printable::printable,
    style::Tone::{self, Faint, Good, Open, Plain},
    terminal::{self, checks, criteria, result},
    told::percent,
};

/// The report in paragraphs, ending in a newline. All text comes without control characters.
pub fn terminal(report: &StudentReport, style: Style) -> String {
    let begun = report.milestones.iter().filter(|milestone| !milestone.attempts.is_empty());
    let notice = terminal::notice(report.notice(), style);
    let paragraphs = [notice, head(report, style), overview(report, style), total(report, style)];
    let paragraphs = paragraphs.into_iter().chain(begun.flat_map(|milestone| one(milestone, style)));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n")
}

fn head(report: &StudentReport, style: Style) -> String {
    let person = &report.person;
    let row = |name, value: &str| vec![Faint.cell(name), Plain.cell(printable(value))];
    let mut rows = vec![row("course", &report.course), row("student", &person.id)];
    rows.extend(person.section.as_ref().map(|section| row("section", section)));
    rows.push(row("as of", &moment(report.generated_at)));
    style.paint(&printable(&person.name), Plain, true) + "\n" + &style.table(2, rows)
}

fn overview(report: &StudentReport, style: Style) -> String {
    let head = ["milestone", "weight", "due", "", "score", ""].map(|name| Faint.cell(name)).to_vec();
    let rows = report.milestones.iter().map(|milestone| {
        let Settled { score, level, .. } = milestone.settled;
        let tone = level.map_or(Faint, result::tone);
        vec![
            Plain.cell(title(milestone)),
            right(Plain, format!("{} %", milestone.weight)),
            Faint.cell(milestone.due.map_or_else(|| "-".into(), moment)),
            tone.cell(style.bar(score.unwrap_or(0.0) / 100.0, style.width.saturating_sub(90).clamp(6, 20))),
            right(tone, score.map(points).unwrap_or_default()),
            tone.cell(standing(milestone)),
        ]
    });
    style.table(2, [head].into_iter().chain(rows).collect())
}

/// The level or, where there is none, the state.
fn standing(milestone: &Milestone) -> String {
    let Settled { level, state, provisional, .. } = milestone.settled;
    let named = level.map_or_else(|| words::state(state).to_owned(), |level| level.to_string());
    if provisional { named + ", provisional" } else { named }
}

fn title(milestone: &Milestone) -> String {
    format!("{} {}", milestone.number, printable(&milestone.name))
}

fn right(tone: Tone, text: String) -> Cell {
    tone.cell(text).set_alignment(CellAlignment::Right)
}

fn total(report: &StudentReport, style: Style) -> String {
    let tone = report.total.level.map_or(Plain, result::tone);
    let line = format!("Course: {}", words::total(&report.total));
    style.paint(&line, tone, true)
        + "\n"
        + &steps(&report.total.lines, style)
        + &style.table(2, vec![vec![Faint.cell(words::decided(&report.total))]])
}

/// How a score came about, with the score after every step.
fn steps(lines: &[Line], style: Style) -> String {
    let row = |line: &Line| {
        vec![right(Plain, line.score.map(points).unwrap_or_default()), Plain.cell(printable(&line.text))]
    };
    if lines.is_empty() { String::new() } else { style.table(2, lines.iter().map(row).collect()) }
}

fn one(milestone: &Milestone, style: Style) -> Vec<String> {
    let tone = milestone.settled.level.map_or(Plain, result::tone);
    let heading = format!("Milestone {}: {}", title(milestone), words::standing(milestone));
    let due = format!("due {}", words::due(milestone));
    let head = style.paint(&heading, tone, true) + "\n" + &style.table(2, vec![vec![Faint.cell(due)]]);
    let mut paragraphs = vec![head + &steps(&milestone.settled.lines, style), attempts(milestone, style)];
    paragraphs.extend(milestone.grading.iter().flat_map(|grading| graded(grading, style)));
    paragraphs
}

fn attempts(milestone: &Milestone, style: Style) -> String {
    let rows = milestone.attempts.iter().map(|attempt| {
        let short: String = attempt.submission.chars().take(12).collect();
        vec![
            Faint.cell(format!("attempt {}", attempt.number)),
            Plain.cell(moment(attempt.submitted)),
            Faint.cell(printable(&short)),
            right(Plain, attempt.score.map(points).unwrap_or_default()),
            Plain.cell(printable(&attempt.told())),
        ]
    });
    style.table(2, rows.collect())
}

fn graded(grading: &Grading, style: Style) -> Vec<String> {
    let by_machine = undecided_by_people(grading);
    vec![
        criteria::criteria(&grading.grade, style),
        checks::failed(&by_machine, style),
        checks::not_run(&by_machine, style),
        checks::awaiting(&by_machine, style),
        reviewed(grading, style),
        passed(&by_machine, style),
    ]
}

/// The grade without the checks that a person decided: those did not fail.
fn undecided_by_people(grading: &Grading) -> Grade {
    let mut grade = grading.grade.clone();
    for criterion in &mut grade.criteria {
        criterion.checks.retain(|check| !grading.reviews.contains_key(&check.name));
    }
    grade
}

fn reviewed(grading: &Grading, style: Style) -> String {
    let row = |check: &CheckResult| {
        let comment = grading.reviews.get(&check.name)?;
        let name = format!("{} {}", Ending::Reviewed.sign(style.unicode), printable(&check.name));
        let said = format!("{}: {}", percent(check.score), printable(comment));
        Some(vec![Plain.cell(name), Plain.cell(said)])
    };
    let rows: Vec<_> = grading.grade.checks().filter_map(row).collect();
    let heading = format!("Reviewed ({})", rows.len());
    if rows.is_empty() {
        String::new()
    } else {
        style.paint(&heading, Open, true) + "\n" + &style.table(2, rows)
    }
}

/// The names alone: what went right needs no explanation when all milestones are told at once.
fn passed(grade: &Grade, style: Style) -> String {
    let names = grade.checks().filter(|check| Ending::of(check, false) == Ending::Passed);
    let names: Vec<_> = names.map(|check| printable(&check.name)).collect();
    let heading = format!("Passed ({})", names.len());
    if names.is_empty() {
        return String::new();
    }
    style.paint(&heading, Good, true) + "\n" + &style.table(2, vec![vec![Faint.cell(names.join(", "))]])
}
