//! The report in a terminal, and its parts, each of which a command shows by itself.

use comfy_table::{Cell, CellAlignment};
use tito_grade::Number;
use tito_gradebook::analytics::{
    Analysis, AtRisk, ContentIssue, Item, MilestoneProgress, Progress, StudentProgress,
};

use super::{ClassReport, words};
use crate::{
    Style,
    moment::moment,
    printable::printable,
    style::Tone::{self, Bad, Faint, Good, Open, Plain},
    terminal::{self, result},
    told::percent,
};

/// The whole report in paragraphs, ending in a newline.
pub fn terminal(report: &ClassReport, style: Style) -> String {
    let head = style.paint(&printable(&report.course), Plain, true);
    let head = format!(
        "{head}\n{}",
        style.table(2, vec![row("class", &report.class), row("as of", &moment(report.progress.at))])
    );
    let notice = terminal::notice(ClassReport::AUDIENCE.notice(false), style);
    let parts = [notice, head, progress(&report.progress, style), struggling(&report.at_risk, style)];
    paragraphs(parts.into_iter().chain(report.analyses.iter().map(|one| analysis(one, style))))
}

fn paragraphs(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn row(name: &str, value: &str) -> Vec<Cell> {
    vec![Faint.cell(name), Plain.cell(printable(value))]
}

fn section(title: &str, tone: Tone, rows: Vec<Vec<Cell>>, style: Style) -> String {
    if rows.is_empty() {
        String::new()
    } else {
        style.paint(title, tone, true) + "\n" + &style.table(2, rows)
    }
}

/// A table with a head; nothing where it has no rows.
fn headed(title: &str, head: Vec<Cell>, rows: impl Iterator<Item = Vec<Cell>>, style: Style) -> String {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() { String::new() } else { section(title, Plain, [vec![head], rows].concat(), style) }
}

fn right(text: impl ToString) -> Cell {
    Plain.cell(text).set_alignment(CellAlignment::Right)
}

fn head<const N: usize>(names: [&str; N]) -> Vec<Cell> {
    names.map(|name| Faint.cell(name)).to_vec()
}

/// Where everybody is.
pub fn progress(progress: &Progress, style: Style) -> String {
    let drops = progress.drops.iter().filter(|drop| drop.went_on.of > 0);
    let drops = drops.map(|drop| words::drop(drop).map(|text| Plain.cell(text)).to_vec());
    let columns = head(["milestones", "went on", "before", "after", "change"]);
    let improvements = progress.improvements.iter().filter(|one| one.better.of > 0);
    let improvements = improvements.map(|one| row(words::skill(one.skill), &words::improvement(one)));
    let stopped = progress.stopped;
    let mut course = Vec::new();
    course.extend((stopped.of > 0).then(|| row("stopped", &words::share(stopped))));
    course.extend(progress.scores.iter().map(|scores| row("scores", &words::spread(scores))));
    paragraphs([
        milestones(&progress.milestones, style),
        section("Course", Plain, course, style),
        headed("The same students from milestone to milestone", columns, drops, style),
        section("Change over the course", Plain, improvements.collect(), style),
        issues(&progress.issues, style),
        students(progress, style),
    ])
}

fn milestones(all: &[MilestoneProgress], style: Style) -> String {
    let rows = all.iter().map(|one| {
        let completed = one.completed.percent.unwrap_or(0.0) / 100.0;
        let scores = one.scores.as_ref();
        vec![
            Plain.cell(format!("{} {}", one.milestone, printable(&one.name))),
            Plain.cell(style.bar(completed, 10)),
            right(words::share(one.completed)),
            right(words::share(one.handed_in)),
            right(one.overdue.count),
            right(words::or_dash(scores.map(|scores| scores.mean))),
            right(words::or_dash(scores.map(|scores| scores.median))),
        ]
    });
    let names = head(["milestone", "completed", "", "handed in", "overdue", "mean", "median"]);
    headed("Milestones", names, rows, style)
}

fn issues(issues: &[ContentIssue], style: Style) -> String {
    let rows = issues.iter().map(|issue| row(words::topic(issue.topic), &issue.text)).collect();
    section("What could be taught otherwise", Open, rows, style)
}

fn students(progress: &Progress, style: Style) -> String {
    let numbers = progress.milestones.iter().map(|milestone| right(milestone.milestone));
    let names = head(["student", "", "course"]).into_iter().chain(numbers).chain(head(["last", ""]));
    let rows = progress.students.iter().map(student);
    let rows: Vec<_> = [names.collect()].into_iter().chain(rows).collect();
    if progress.students.is_empty() {
        return String::new();
    }
    style.paint("Everybody", Plain, true) + "\n" + &style.table_of_ids(2, rows)
}

fn student(student: &StudentProgress) -> Vec<Cell> {
    let tone = student.level.map_or(Faint, result::tone);
    let places = student.milestones.iter().map(|place| {
        let tone = if place.overdue { Bad } else { place.level.map_or(Faint, result::tone) };
        tone.cell(words::place(place)).set_alignment(CellAlignment::Right)
    });
    let first = [
        Plain.cell(printable(&student.student)),
        Plain.cell(printable(&student.name)),
        tone.cell(words::or_dash(student.score)).set_alignment(CellAlignment::Right),
    ];
    let stopped = if student.stopped.is_some() { "stopped" } else { "" };
    let last = [Faint.cell(words::activity(student)), Bad.cell(stopped)];
    first.into_iter().chain(places).chain(last).collect()
}

/// Who needs help, why, and what to do.
pub fn struggling(at_risk: &[AtRisk], style: Style) -> String {
    let title = format!("Who needs help ({})", at_risk.len());
    if at_risk.is_empty() {
        return style.paint("Nobody needs help", Good, true) + "\n";
    }
    let people = at_risk.iter().map(|one| {
        let name = style.paint(&printable(&words::name(&one.student, &one.name)), Plain, true);
        format!("{name}\n{}", style.table(2, troubles(one)))
    });
    style.paint(&title, Bad, true) + "\n" + &people.collect::<Vec<_>>().join("")
}

fn troubles(one: &AtRisk) -> Vec<Vec<Cell>> {
    let mut rows = vec![row("so far", &words::so_far(one))];
    rows.extend(one.reasons.iter().map(|reason| row("why", &words::reason(reason))));
    rows.extend(one.weakest.iter().map(|weak| {
        row(
            "weakest",
            &format!("{} of milestone {}: {}", weak.criterion, weak.milestone, percent(weak.score)),
        )
    }));
    rows.extend(one.advice.iter().map(|advice| vec![Open.cell("do"), Plain.cell(advice.text)]));
    rows
}

/// How the class did in one milestone.
pub fn analysis(analysis: &Analysis, style: Style) -> String {
    let title = format!("Milestone {} {}", analysis.milestone, printable(&analysis.name));
    let levels = analysis.levels.iter().rev().map(|one| {
        let share = one.students.percent.unwrap_or(0.0) / 100.0;
        vec![Plain.cell(one.level), Plain.cell(style.bar(share, 20)), Plain.cell(words::share(one.students))]
    });
    let bins = analysis.histogram.iter().map(|bin| {
        let share = bin.count as f64 / analysis.graded.count.max(1) as f64;
        let name = format!("{} to {}", Number(bin.from), Number(bin.to));
        vec![Plain.cell(name), Plain.cell(style.bar(share, 20)), Plain.cell(bin.count)]
    });
    let is_graded = analysis.graded.count > 0;
    let only_graded = |rows: Vec<Vec<Cell>>| if is_graded { rows } else { Vec::new() };
    paragraphs([
        section(&title, Plain, figures(analysis), style),
        section("Levels", Plain, only_graded(levels.collect()), style),
        section("Scores", Plain, only_graded(bins.collect()), style),
        accuracy(analysis, style),
        items(&analysis.items, style),
        section(
            "Refused",
            Bad,
            analysis.refusals.iter().map(|one| row(&one.rule, &words::share(one.attempts))).collect(),
            style,
        ),
        issues(&analysis.issues, style),
    ])
}

fn figures(analysis: &Analysis) -> Vec<Vec<Cell>> {
    let shares = [
        ("completed", analysis.completed),
        ("of the decided", analysis.completed_of_decided),
        ("handed in", analysis.handed_in),
        ("graded", analysis.graded),
        ("waiting", analysis.waiting),
        ("overdue", analysis.overdue),
        ("late", analysis.late),
    ];
    let shares = shares.into_iter().filter(|(_, share)| share.of > 0);
    let mut rows: Vec<_> = shares.map(|(name, share)| row(name, &words::share(share))).collect();
    rows.extend(analysis.scores.iter().map(|scores| row("scores", &words::spread(scores))));
    if !analysis.hardest.is_empty() {
        rows.push(row("hardest", &analysis.hardest.join(", ")));
    }
    rows
}

fn accuracy(analysis: &Analysis, style: Style) -> String {
    let Some(accuracy) = &analysis.accuracy else { return String::new() };
    let bands = accuracy.bands.iter().map(|band| {
        let share = band.students.percent.unwrap_or(0.0) / 100.0;
        let name = format!("{} to {} %", Number(100.0 * band.from), Number(100.0 * band.to));
        vec![Plain.cell(name), Plain.cell(style.bar(share, 20)), Plain.cell(words::share(band.students))]
    });
    section(&format!("Accuracy ({})", printable(accuracy.measure)), Plain, bands.collect(), style)
}

fn items(items: &[Item], style: Style) -> String {
    let rows = items.iter().map(|item| {
        vec![
            Plain.cell(printable(&item.check)),
            right(item.n),
            right(words::mean(item.mean)),
            right(words::share(item.full)),
            right(words::correlation(item.discrimination)),
            Open.cell(words::flags(&item.flags)),
        ]
    });
    let names = head(["check", "n", "mean", "fully", "discrimination", ""]);
    headed("Checks", names, rows, style)
}
