//! The class at a glance.

use jiff::{civil::Date, tz::TimeZone};
use maud::{Markup, html};
use tito_grade::Number;
use tito_gradebook::analytics::{Analysis, Curve as Completed, CurvePoint, MilestoneProgress, Progress};

use super::{ClassReport, words};
use crate::html::{
    Cell, Section, Table, class, meter,
    plot::{Along, Curve, Lines, Part, Share, Stacked, lines, stacked},
    sentence, when,
};

/// The first section.
pub(super) fn section(report: &ClassReport) -> Section {
    let progress = &report.progress;
    let body = html! {
        (milestones(progress))
        p.faint { "Completed is a score of at least " (Number(tito_gradebook::analytics::COMPLETED)) ", of all for whom the milestone counts." }
        @if report.analyses.iter().any(|one| one.graded.count > 0) {
            div.plots { (levels(&report.analyses)) (over_the_term(progress)) }
        }
        @if let Some(scores) = &progress.scores {
            h3 { "Scores in the course so far" }
            p { (words::spread(scores)) "." }
        }
        @if !progress.issues.is_empty() {
            h3 { "What could be taught otherwise" }
            ul.plain { @for issue in &progress.issues { li { strong { (words::topic(issue.topic)) } ". " (sentence(&issue.text)) } } }
        }
        @if progress.drops.iter().any(|drop| drop.went_on.of > 0) { (drops(progress)) }
        @if progress.improvements.iter().any(|one| one.better.of > 0) { (improvements(progress)) }
    };
    Section::new("class", "The class", body)
}

fn milestones(progress: &Progress) -> Markup {
    let columns = vec![
        Cell::text("Milestone"),
        Cell::text("Due").spare(),
        Cell::number("Handed in").spare(),
        Cell::text("").spare(),
        Cell::number("Completed"),
        Cell::number("Mean"),
        Cell::number("Median"),
        Cell::number("Quartiles").spare(),
    ];
    let rows = progress.milestones.iter().map(milestone).collect();
    Table { caption: "Milestones", columns, rows, ..Table::default() }.markup()
}

fn milestone(one: &MilestoneProgress) -> Vec<Cell> {
    let figure =
        |of: fn(&tito_gradebook::analytics::Spread) -> f64| words::or_dash(one.scores.as_ref().map(of));
    let quartiles =
        format!("{} to {}", figure(|scores| scores.lower_quartile), figure(|scores| scores.upper_quartile));
    vec![
        Cell::of(html! { a href={ "#milestone-" (one.milestone) } { (one.milestone) " " (one.name) } }),
        Cell::of(html! { @if let Some(due) = one.due { (when(due)) } }).spare(),
        Cell::number(words::share(one.handed_in)).spare(),
        Cell::of(meter(one.completed.percent.map(|percent| percent / 100.0))).spare(),
        Cell::number(words::share(one.completed)),
        Cell::number(figure(|scores| scores.mean)),
        Cell::number(figure(|scores| scores.median)),
        Cell::number(if one.scores.is_some() { quartiles } else { "–".into() }).spare(),
    ]
}

/// The best first, and those without a score last.
fn levels(analyses: &[Analysis]) -> Markup {
    let levels = analyses.first().map(|one| one.levels.iter().rev()).into_iter().flatten();
    let parts = levels.map(|one| Part { name: one.level.to_string(), class: class(one.level) });
    let parts: Vec<_> = parts.chain([Part { name: "No score".into(), class: "none" }]).collect();
    let share = |one: &Analysis| Share {
        name: format!("{} {}", one.milestone, one.name),
        counts: one
            .levels
            .iter()
            .rev()
            .map(|level| level.students.count)
            .chain([one.graded.of - one.graded.count])
            .collect(),
    };
    stacked(&Stacked {
        title: "Levels",
        summary: "How many students reached which level in every milestone, of all for whom it counts.",
        of: "Milestone",
        parts: &parts,
        shares: &analyses.iter().map(share).collect::<Vec<_>>(),
    })
}

fn over_the_term(progress: &Progress) -> Markup {
    let curves: Vec<_> = progress.curves.iter().filter(|curve| !curve.points.is_empty()).collect();
    let begin = curves.iter().filter_map(|curve| curve.points.first()).map(|point| point.day).min();
    let end = progress.at.as_second() as f64;
    let name = |number: u32| {
        let named = progress.milestones.iter().find(|milestone| milestone.milestone == number);
        named.map_or_else(|| number.to_string(), |milestone| format!("{number} {}", milestone.name))
    };
    let drawn: Vec<_> = curves
        .iter()
        .map(|curve| Curve { name: name(curve.milestone), points: steps(curve, begin, end) })
        .collect();
    lines(&Lines {
        title: "Completed over the term",
        summary: "Percent of the students for whom a milestone counts who had completed it by the end of a day.",
        along: Along::Time,
        up: "percent completed",
        range: Some((0.0, 100.0)),
        is_dotted: false,
        curves: &drawn,
    })
}

/// Level between the days on which somebody completed it.
fn steps(curve: &Completed, begin: Option<Date>, end: f64) -> Vec<(f64, f64)> {
    let percent = |completed: usize| (1_000 * completed / curve.of.max(1)) as f64 / 10.0;
    let mut points = Vec::from_iter(begin.map(|day| (seconds(day), 0.0)));
    for CurvePoint { day, completed } in &curve.points {
        let before = points.last().map_or(0.0, |point| point.1);
        points.extend([(seconds(*day), before), (seconds(*day), percent(*completed))]);
    }
    let last = points.last().map_or(0.0, |point| point.1);
    points.push((end, last));
    points
}

fn seconds(day: Date) -> f64 {
    day.to_zoned(TimeZone::UTC).map_or(0.0, |day| day.timestamp().as_second() as f64)
}

fn drops(progress: &Progress) -> Markup {
    let columns = vec![
        Cell::text("Milestones"),
        Cell::number("Went on"),
        Cell::number("Before"),
        Cell::number("After"),
        Cell::number("Change"),
    ];
    let known = progress.drops.iter().filter(|drop| drop.went_on.of > 0);
    let rows = known.map(|drop| {
        let [name, went_on, before, after, change] = words::drop(drop);
        vec![
            Cell::text(name),
            Cell::number(went_on),
            Cell::number(before),
            Cell::number(after),
            Cell::number(change),
        ]
    });
    html! {
        h3 { "The same students from milestone to milestone" }
        (Table { caption: "Means of those who have a score in both", columns, rows: rows.collect(), ..Table::default() }.markup())
    }
}

fn improvements(progress: &Progress) -> Markup {
    html! {
        h3 { "Change over the course" }
        ul.plain {
            @for one in &progress.improvements { li { (words::skill(one.skill)) ": " (words::improvement(one)) "." } }
        }
    }
}
