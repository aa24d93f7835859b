//! The report of a student: every milestone of a course, with how each score came about.
//!
//! Making a [`StudentReport`] settles what its reader may see, so that no form of output has to think of it. Deciding scores
//! is left to `tito-gradebook`.

mod csv;
mod html;
mod json;
mod markdown;
mod milestone;
mod terminal;
pub(crate) mod words;

pub use csv::csv;
pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use terminal::terminal;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use tito_grade::{Grade, SeedUsed};
use tito_gradebook::{CourseGrade, Record, Rules};

pub(crate) use milestone::{Attempt, Grading, Milestone};

use crate::{Audience, Detail, Tool};

/// One student's report, already fit for its reader.
#[derive(Clone, Debug, PartialEq)]
pub struct StudentReport {
    pub(crate) tool: Tool,
    pub(crate) audience: Audience,
    pub(crate) course: String,
    pub(crate) class: String,
    pub(crate) person: Person,
    /// Without its milestones.
    pub(crate) total: CourseGrade,
    pub(crate) milestones: Vec<Milestone>,
    pub(crate) generated_at: Timestamp,
}

/// What a report of a student is made of.
#[derive(Clone, Debug)]
pub struct Sources<'a> {
    /// What makes it.
    pub tool: Tool,
    /// What the course has decided.
    pub rules: &'a Rules,
    /// What is known of the student.
    pub record: &'a Record,
    /// The grade of it, in which every milestone of `rules` is settled.
    pub grade: &'a CourseGrade,
    /// Whole grades by the submission's SHA-256. Of one that is not here, a report shows the marks and no evidence.
    pub grades: &'a BTreeMap<String, Grade>,
    /// Who reads it.
    pub audience: Audience,
    /// How much of it students see.
    pub detail: Detail,
    /// When it is made.
    pub generated_at: Timestamp,
}

/// Who a report is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) section: Option<String>,
}

impl StudentReport {
    /// What `sources` say of a student, as the reader may see it.
    pub fn new(sources: Sources<'_>) -> Self {
        let Sources { rules, record, grade, .. } = sources;
        let settled =
            |number| grade.milestones.iter().find(|(of, _)| *of == number).map(|(_, settled)| settled);
        let milestones = rules.milestones.iter().filter_map(|rules| Some((rules, settled(rules.number)?)));
        let milestones =
            milestones.map(|(rules, settled)| Milestone::new(rules, settled, &sources)).collect();
        let student = &record.student;
        let person = Person {
            id: student.id.clone(),
            name: if student.name.is_empty() { student.id.clone() } else { student.name.clone() },
            section: student.section.clone(),
        };
        Self {
            course: rules.course.clone(),
            class: rules.class.clone(),
            person,
            milestones,
            tool: sources.tool,
            audience: sources.audience,
            total: CourseGrade { milestones: Vec::new(), ..grade.clone() },
            generated_at: sources.generated_at,
        }
    }

    /// What it says of itself that students shall not get by mistake.
    pub(crate) fn notice(&self) -> Option<&'static str> {
        let mut gradings = self.milestones.iter().filter_map(|milestone| milestone.grading.as_ref());
        let has_hidden = gradings.any(|grading| matches!(grading.grade.seed, SeedUsed::Secret(_)));
        self.audience.notice(has_hidden)
    }
}
