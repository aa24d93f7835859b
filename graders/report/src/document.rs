//! What is reported: a grade, a refusal or a quarantine, by which tool, and what was observed on the way.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};
use tito_grade::{ComponentId, Grade};

use crate::Audience;

/// One report's content, already fit for its reader.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub(crate) tool: Tool,
    pub(crate) body: Body,
    pub(crate) observations: BTreeMap<String, Value>,
}

/// What derived the grade: another version may derive another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// The version of tito.
    pub version: String,
    /// The version of wasmtime that ran the component.
    pub wasmtime: String,
}

/// Why a component was not graded at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Which bytes were refused.
    #[serde(skip)]
    pub component: ComponentId,
    /// The rule's name, for example `function-locals`.
    pub rule: String,
    /// The thing, the figure, the limit and the way out, as one or two sentences.
    pub message: String,
}

/// Why there is no grade although the component was run: the processes that ran it died.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quarantine {
    /// Which component must be looked at.
    #[serde(skip)]
    pub component: ComponentId,
    /// How the processes died, in the order in which they did.
    pub deaths: Vec<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Graded { grade: Grade, capability: String, audience: Audience },
    Refused(Refusal),
    Quarantined(Quarantine),
}

impl Document {
    /// A grade as `audience` may see it, with the sentence that a student who reached the milestone can say.
    pub fn graded(tool: Tool, mut grade: Grade, capability: impl Into<String>, audience: Audience) -> Self {
        audience.redact(&mut grade);
        let seen = seen_of_machine(&grade);
        let document = Self::new(tool, Body::Graded { grade, capability: capability.into(), audience });
        if seen.is_empty() { document } else { document.observed("checks", seen) }
    }

    /// A component that the gate turned away.
    pub fn refused(tool: Tool, refusal: Refusal) -> Self {
        Self::new(tool, Body::Refused(refusal))
    }

    /// A component that somebody must look at, since whatever runs it dies.
    pub fn quarantined(tool: Tool, quarantine: Quarantine) -> Self {
        Self::new(tool, Body::Quarantined(quarantine))
    }

    /// Adds something that differs from run to run: a time, the machine. Nothing else does.
    #[must_use]
    pub fn observed(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.observations.insert(name.into(), value.into());
        self
    }

    fn new(tool: Tool, body: Body) -> Self {
        Self { tool, body, observations: BTreeMap::new() }
    }
}

/// What checks have seen of this machine, by the name of the check.
pub(crate) fn seen_of_machine(grade: &Grade) -> Map<String, Value> {
    let seen = grade.checks().filter(|check| !check.evidence.observed.is_empty());
    seen.map(|check| (check.name.clone(), json!(check.evidence.observed))).collect()
}
