//! The document for programs: `tito.report`, version 1. `schema/tito.report.v1.json` describes it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tito_grade::{ComponentId, CriterionGrade, DataUsed, Grade, Level, SeedUsed};

use crate::{Audience, Document, Quarantine, Refusal, Tool, document::Body, printable::printable_json};

/// One JSON document, pretty-printed and ending in a newline. Keys always come in the same order, and all but
/// `observations`, which is last, is equal byte for byte from run to run.
pub fn json(document: &Document) -> String {
    self::document(&Report {
        schema: Schema { name: "tito.report", version: 1 },
        tool: &document.tool,
        outcome: Outcome::of(&document.body),
        observations: &document.observations,
    })
}

/// A document as text.
pub(crate) fn document(content: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(content).expect("a report has string keys and no failing parts");
    printable_json(&text) + "\n"
}

/// What a seed is called: `public`, or the digest of a secret one.
pub(crate) fn seed(seed: &SeedUsed) -> &str {
    match seed {
        SeedUsed::Public => "public",
        SeedUsed::Secret(digest) => digest,
    }
}

#[derive(Serialize)]
struct Report<'a> {
    schema: Schema,
    tool: &'a Tool,
    #[serde(flatten)]
    outcome: Outcome<'a>,
    observations: &'a BTreeMap<String, Value>,
}

/// The schema that a document is of.
#[derive(Serialize)]
pub(crate) struct Schema {
    pub(crate) name: &'static str,
    pub(crate) version: u32,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Graded {
        audience: Audience,
        component: &'a ComponentId,
        milestone: Milestone<'a>,
        seed: &'a str,
        data: &'a DataUsed,
        score: f64,
        level: Level,
        provisional: bool,
        criteria: &'a [CriterionGrade],
    },
    Refused {
        component: &'a ComponentId,
        refusal: &'a Refusal,
    },
    Quarantined {
        component: &'a ComponentId,
        quarantine: &'a Quarantine,
    },
}

#[derive(Serialize)]
struct Milestone<'a> {
    number: u32,
    name: &'a str,
    capability: &'a str,
}

impl<'a> Outcome<'a> {
    fn of(body: &'a Body) -> Self {
        match body {
            Body::Refused(refusal) => Self::Refused { component: &refusal.component, refusal },
            Body::Quarantined(quarantine) => {
                Self::Quarantined { component: &quarantine.component, quarantine }
            }
            Body::Graded { grade, capability, audience } => Self::graded(grade, capability, *audience),
        }
    }

    fn graded(grade: &'a Grade, capability: &'a str, audience: Audience) -> Self {
        Self::Graded {
            audience,
            component: &grade.component,
            milestone: Milestone { number: grade.milestone, name: &grade.name, capability },
            seed: seed(&grade.seed),
            data: &grade.data,
            score: grade.score,
            level: grade.level,
            provisional: grade.provisional,
            criteria: &grade.criteria,
        }
    }
}
