//! The report as a page: the course at a glance, then every milestone.

use maud::{Markup, html};
use tito_grade::points;
use tito_gradebook::{Line, Settled};

use super::{Attempt, Grading, Milestone, StudentReport, words};
use crate::{
    Audience,
    html::{
        Cell, Page, Section, Table, checks, criteria, facts, level, meter,
        plot::{Along, Bar, Bars, Curve, Lines, bars, lines},
        plots, sentence, standing, when,
    },
    moment::moment,
};

/// Where levels begin.
const THRESHOLDS: [f64; 4] = [60.0, 70.0, 80.0, 90.0];

/// One HTML file that asks nobody for anything.
pub fn html(report: &StudentReport) -> String {
    let milestones = report.milestones.iter().map(section);
    let sections: Vec<_> = [overview(report)].into_iter().chain(milestones).collect();
    let person = &report.person;
    let section = person.section.iter().map(|section| format!(" · section {section}"));
    let whose = match report.audience {
        Audience::Student => "Report of",
        Audience::Instructor => "Instructor's report on",
    };
    Page {
        title: &format!("{whose} {}", person.name),
        notice: report.notice(),
        kind: &format!("Student report · {}", report.course),
        facts: &format!(
            "{}{} · as of {}",
            person.id,
            section.collect::<String>(),
            moment(report.generated_at)
        ),
        sections: &sections,
        tool: &report.tool,
        generated_at: report.generated_at,
    }
    .render()
}

fn overview(report: &StudentReport) -> Section {
    let total = &report.total;
    let body = html! {
        (standing(total.score, total.level, total.provisional, "nothing is decided yet"))
        p.faint { (words::decided(total)) }
        (milestones(report))
        (drawn(report))
        @if !total.lines.is_empty() {
            h3 { "How the score came about" }
            (steps(&total.lines))
        }
    };
    Section::new("course", "The course", body)
}

fn milestones(report: &StudentReport) -> Markup {
    let columns = vec![
        Cell::text("Milestone"),
        Cell::number("Weight").spare(),
        Cell::text("Due").spare(),
        Cell::text("").spare(),
        Cell::number("Score"),
        Cell::text("Standing"),
    ];
    let row = |milestone: &Milestone| {
        let Settled { score, state, provisional, .. } = milestone.settled;
        vec![
            Cell::of(
                html! { a href={ "#" (anchor(milestone)) } { (milestone.number) " " (milestone.name) } },
            ),
            Cell::number(format!("{} %", milestone.weight)).spare(),
            Cell::of(html! { @if let Some(due) = milestone.due { (when(due)) } }).spare(),
            Cell::of(meter(score.map(|score| score / 100.0))).spare(),
            Cell::number(score.map(points).unwrap_or_default()),
            Cell::of(html! {
                @match milestone.settled.level { Some(named) => (level(named)), None => (words::state(state)) }
                @if provisional { small { "provisional" } }
            }),
        ]
    };
    let rows = report.milestones.iter().map(row).collect();
    Table { caption: "Milestones", columns, rows, ..Table::default() }.markup()
}

fn drawn(report: &StudentReport) -> Markup {
    html! { div.plots { (scores(report)) @if let Some(progress) = progress(report) { (progress) } } }
}

fn scores(report: &StudentReport) -> Markup {
    let bar = |milestone: &Milestone| Bar {
        name: format!("{} {}", milestone.number, milestone.name),
        value: milestone.settled.score,
        shown: milestone.settled.score.map_or_else(|| "–".into(), points),
    };
    let all: Vec<_> = report.milestones.iter().map(bar).collect();
    let told: Vec<_> = all.iter().map(|bar| format!("{}: {}", bar.name, bar.shown)).collect();
    bars(&Bars {
        title: "Score of every milestone",
        summary: &format!("Of 100, with lines where levels begin. {}.", told.join("; ")),
        columns: ["Milestone", "Score"],
        full: 100.0,
        marks: &THRESHOLDS,
        bars: &all,
    })
}

/// What every attempt gave, by the time that it was handed in; with one alone there is no progress to show.
fn progress(report: &StudentReport) -> Option<Markup> {
    let curve = |milestone: &Milestone| {
        let point = |attempt: &Attempt| Some((attempt.submitted.as_second() as f64, tenths(attempt.score?)));
        let mut points: Vec<_> = milestone.attempts.iter().filter_map(point).collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        Curve { name: format!("{} {}", milestone.number, milestone.name), points }
    };
    let curves: Vec<_> =
        report.milestones.iter().map(curve).filter(|curve| !curve.points.is_empty()).collect();
    let attempts: usize = curves.iter().map(|curve| curve.points.len()).sum();
    let summary = format!("{attempts} attempts by the day on which they were handed in, before lateness.");
    (attempts > 1).then(|| {
        lines(&Lines {
            title: "Attempts over the term",
            summary: &summary,
            along: Along::Time,
            up: "score before lateness",
            range: Some((0.0, 100.0)),
            is_dotted: true,
            curves: &curves,
        })
    })
}

/// Rounded down as points are shown.
fn tenths(score: f64) -> f64 {
    (10.0 * score + 1e-9).floor() / 10.0
}

fn anchor(milestone: &Milestone) -> String {
    format!("milestone-{}", milestone.number)
}

fn section(milestone: &Milestone) -> Section {
    let settled = &milestone.settled;
    let body = html! {
        (standing(settled.score, settled.level, settled.provisional, words::state(settled.state)))
        p.faint { "Due: " (words::due(milestone)) ". Counts for " (milestone.weight) " % of the course." }
        @if !settled.lines.is_empty() {
            h3 { "How the score came about" }
            (steps(&settled.lines))
        }
        @if let Some(grading) = &milestone.grading { (graded(grading)) }
        @if !milestone.attempts.is_empty() {
            h3 { "Attempts" }
            (attempts(&milestone.attempts))
            p.faint { "Scores of attempts are those before lateness." }
        }
    };
    Section::new(anchor(milestone), format!("{} {}", milestone.number, milestone.name), body)
}

/// How a score came about, with the score after every step.
fn steps(lines: &[Line]) -> Markup {
    html! {
        ol.steps {
            @for line in lines {
                li { span { (sentence(&line.text)) } @if let Some(score) = line.score { b { (points(score)) } } }
            }
        }
    }
}

fn graded(grading: &Grading) -> Markup {
    let grade = &grading.grade;
    html! {
        h3 { "Criteria" }
        (criteria(grade))
        @if grade.checks().next().is_some() {
            h3 { "Checks of attempt " (grading.attempt) }
            (checks(grading))
        }
        @if let Some(plots) = plots(grade) {
            h3 { "Curves" }
            (plots)
        }
        h3 { "Graded with" }
        (facts(grade))
    }
}

fn attempts(attempts: &[Attempt]) -> Markup {
    let columns = vec![
        Cell::text("Attempt"),
        Cell::text("Handed in"),
        Cell::text("Submission").spare(),
        Cell::number("Score"),
        Cell::text("State"),
    ];
    let row = |attempt: &Attempt| {
        let short: String = attempt.submission.chars().take(12).collect();
        vec![
            Cell::text(attempt.number.to_string()),
            Cell::of(when(attempt.submitted)),
            Cell::of(html! { code { (short) } }).spare(),
            Cell::number(attempt.score.map(points).unwrap_or_default()),
            Cell::of(html! {
                (attempt.standing())
                @if let Some(reason) = attempt.reason() { small { (sentence(&reason)) } }
            }),
        ]
    };
    Table { caption: "Attempts", columns, rows: attempts.iter().map(row).collect(), ..Table::default() }
        .markup()
}
