//! One grading as a page, with where the component's fuel goes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use maud::{Markup, PreEscaped, html};
use tito_grade::{Grade, Table as Measured};

use super::{Page, Section, checks, criteria, facts, grading::tabulated, plots, sentence, standing};
use crate::{Audience, Document, document::Body, student::Grading, terminal::header};

/// Where the fuel of a component goes, which is no part of its grade.
#[derive(Clone, Debug)]
pub struct Fuel {
    /// What it was profiled at, in a few words.
    pub workload: String,
    /// A flame graph as SVG, in which what comes from the component is escaped.
    pub flame_graph: String,
    /// Kinds of cost, and functions.
    pub tables: Vec<Measured>,
}

/// One HTML file that asks nobody for anything, of a grading made at this moment.
pub fn document(document: &Document, fuel: Option<&Fuel>, generated_at: Timestamp) -> String {
    let (title, notice, facts, mut sections) = match &document.body {
        Body::Graded { grade, capability, audience } => {
            let title = format!("Milestone {}, {}", grade.milestone, grade.name);
            (title, notice(grade, *audience), format!("“{capability}”"), graded(grade))
        }
        Body::Refused(refusal) => {
            let why = html! { p { strong { (refusal.rule) } ": " (sentence(&refusal.message)) } };
            let facts = header::component(&refusal.component);
            ("Refused at the gate".into(), None, facts, vec![Section::new("refusal", "Why", why)])
        }
        Body::Quarantined(quarantine) => {
            let deaths = html! { ol { @for death in &quarantine.deaths { li { (sentence(death)) } } } };
            let facts = header::component(&quarantine.component);
            (
                "Quarantined".into(),
                None,
                facts,
                vec![Section::new("deaths", "How its processes died", deaths)],
            )
        }
    };
    sections.extend(fuel.map(spent));
    let kind = "Grading";
    let tool = &document.tool;
    Page { title: &title, notice, kind, facts: &facts, sections: &sections, tool, generated_at }.render()
}

fn notice(grade: &Grade, audience: Audience) -> Option<&'static str> {
    audience.notice(matches!(grade.seed, tito_grade::SeedUsed::Secret(_)))
}

fn graded(grade: &Grade) -> Vec<Section> {
    let score = html! {
        (standing(Some(grade.score), Some(grade.level), grade.provisional, ""))
        (criteria(grade))
        h3 { "Graded with" }
        (facts(grade))
    };
    let grading = Grading { attempt: 1, grade: grade.clone(), reviews: BTreeMap::new() };
    let mut sections = vec![
        Section::new("score", "The score", score),
        Section::new("checks", "Checks", html! { h3 { "By criterion" } (checks(&grading)) }),
    ];
    sections.extend(plots(grade).map(|plots| Section::new("curves", "Curves", plots)));
    sections
}

fn spent(fuel: &Fuel) -> Section {
    let body: Markup = html! {
        p.faint { "In what a profile does: " (fuel.workload) ". It is the same in every run, and no part of the grade." }
        div.wide.flame tabindex="0" role="region" aria-label="Flame graph" { (PreEscaped(&fuel.flame_graph)) }
        @for table in &fuel.tables { (tabulated(table)) }
    };
    Section::new("fuel", "Where the fuel goes", body)
}
