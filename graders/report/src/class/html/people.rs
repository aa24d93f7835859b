//! Everybody by name: who needs help, and where each of them is.

use maud::{Markup, html};
use tito_grade::Number;
use tito_gradebook::analytics::{AtRisk, Place, Progress, StudentProgress};

use super::{ClassReport, words};
use crate::{
    html::{Cell, Section, Table, class, sentence},
    told::percent,
};

/// Who needs help, whoever needs it most first.
pub(super) fn at_risk(report: &ClassReport) -> Section {
    let all = &report.at_risk;
    let body = html! {
        @if all.is_empty() { p { "Nobody, by what is known so far." } }
        @else {
            p.faint {
                (all.len()) " of " (report.progress.students.len()) ", whoever needs it most first. A milestone went badly below "
                (Number(report.threshold)) "."
            }
        }
        @for one in all { (person(one)) }
    };
    Section::new("help", "Who needs help", body)
}

fn person(one: &AtRisk) -> Markup {
    html! {
        details.check {
            summary {
                span.open aria-hidden="true" { "●" }
                span.name { (words::name(&one.student, &one.name)) }
                span { (words::or_dash(one.score)) }
                span.told { (one.reasons.iter().map(words::reason).collect::<Vec<_>>().join("; ")) }
            }
            div.more {
                dl.facts {
                    dt { "So far" } dd { (words::so_far(one)) }
                    @if let Some(section) = &one.section { dt { "Section" } dd { (section) } }
                    @if let Some(email) = &one.email { dt { "Email" } dd { (email) } }
                    @if let Some(weak) = &one.weakest {
                        dt { "Weakest" }
                        dd { (weak.criterion) " of milestone " (weak.milestone) ", " (percent(weak.score)) " reached" }
                    }
                }
                ul.plain { @for advice in &one.advice { li { strong { (words::topic(advice.topic)) } ". " (sentence(advice.text)) } } }
            }
        }
    }
}

/// Where everybody is.
pub(super) fn everybody(progress: &Progress) -> Section {
    let numbers = progress.milestones.iter().map(|milestone| Cell::number(milestone.milestone.to_string()));
    let columns = [Cell::text("Student"), Cell::number("Course")].into_iter().chain(numbers);
    let columns = columns.chain([Cell::number("Attempts"), Cell::text("Last")]).collect();
    let rows = progress.students.iter().map(student).collect();
    let body = html! {
        @if progress.students.is_empty() { p { "Nobody takes the course yet." } }
        @else {
            p.faint {
                "Handed in nothing for the last two milestones that were due: " (words::share(progress.stopped))
                ". A question mark is a provisional score."
            }
            (Table { caption: "Scores of everybody", is_wide: true, columns, rows, ..Table::default() }.markup())
        }
    };
    Section::new("everybody", "Everybody", body)
}

fn student(one: &StudentProgress) -> Vec<Cell> {
    let name = if one.name.is_empty() { &one.student } else { &one.name };
    let first = [
        Cell::of(html! { (name) @if name != &one.student { small { (one.student) } } }),
        Cell::number(words::or_dash(one.score)),
    ];
    let stopped = one.stopped.is_some();
    let last = [
        Cell::number(one.attempts.to_string()),
        Cell::of(html! { span.whole { (words::activity(one)) } @if stopped { small { "stopped" } } }),
    ];
    first.into_iter().chain(one.milestones.iter().map(place)).chain(last).collect()
}

fn place(place: &Place) -> Cell {
    Cell::figure(html! {
        @if let Some(level) = place.level { span class={ "swatch " (class(level)) } {} }
        @if place.overdue { span.bad { (words::place(place)) } } @else { (words::place(place)) }
    })
}
