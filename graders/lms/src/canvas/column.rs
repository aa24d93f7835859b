//! The column of one assignment, and finding it by what an instructor calls it.

use thiserror::Error;

use crate::{cell, sheet::Row};

/// The column of one assignment.
#[derive(Clone, Debug, PartialEq)]
pub struct GradebookColumn {
    /// As it stands in the file, by which Canvas finds the assignment again: `Milestone 1 (987)`.
    pub heading: String,
    /// Without the number: `Milestone 1`.
    pub title: String,
    /// The assignment's number in Canvas.
    pub id: String,
    /// How many points it has; `None` where the export does not say.
    pub points: Option<f64>,
    /// From the left.
    pub(super) position: usize,
}

/// Why a column is not the one that was meant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ColumnError {
    /// No assignment is called so; writing it would make Canvas create one.
    #[error("Canvas has no assignment '{wanted}'; {}", suggestion(near))]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// Headings that are spelled alike, the most alike first, at most three.
        near: Vec<String>,
    },
    /// Several are called so.
    #[error("Canvas has several assignments '{wanted}': {}; give the number of one", headings.join(", "))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// Their headings.
        headings: Vec<String>,
    },
}

fn suggestion(near: &[String]) -> String {
    match near {
        [] => "create it there and export the gradebook again".into(),
        _ => format!("near are {}", near.join(", ")),
    }
}

/// The columns of assignments behind `Section`.
pub(super) fn columns(header: &[String], section: usize, points: Option<&Row>) -> Vec<GradebookColumn> {
    let headings = header.iter().enumerate().skip(section + 1);
    let columns = headings.filter(|(_, heading)| !is_total(heading)).filter_map(|(position, heading)| {
        let (title, id) = title_and_id(heading)?;
        let points = points.and_then(|row| cell::number(row.text(position)?));
        Some(GradebookColumn {
            heading: heading.clone(),
            title: title.into(),
            id: id.into(),
            points,
            position,
        })
    });
    columns.collect()
}

/// Which column an assignment's number, its heading or its title names, whatever the title's case.
pub(super) fn find(columns: &[GradebookColumn], wanted: &str) -> Result<usize, ColumnError> {
    let wanted = wanted.trim();
    if let Some(at) = columns.iter().position(|column| column.id == wanted || column.heading == wanted) {
        return Ok(at);
    }
    let is_titled = |at: &usize| columns[*at].title.to_lowercase() == wanted.to_lowercase();
    let titled: Vec<_> = (0..columns.len()).filter(is_titled).collect();
    match titled[..] {
        [at] => Ok(at),
        [] => Err(ColumnError::Unknown { wanted: wanted.into(), near: near(columns, wanted) }),
        _ => {
            let headings = titled.iter().map(|at| format!("'{}'", columns[*at].heading)).collect();
            Err(ColumnError::Ambiguous { wanted: wanted.into(), headings })
        }
    }
}

fn near(columns: &[GradebookColumn], wanted: &str) -> Vec<String> {
    /// Below this, two titles have a few letters in common and nothing else.
    const ALIKE: f64 = 0.7;
    let likeness =
        |column: &GradebookColumn| strsim::jaro_winkler(&column.title.to_lowercase(), &wanted.to_lowercase());
    let mut near: Vec<_> = columns.iter().map(|column| (likeness(column), column)).collect();
    near.retain(|(likeness, _)| *likeness > ALIKE);
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().take(3).map(|(_, column)| format!("'{}'", column.heading)).collect()
}

/// `Milestone 1 (987)` as `Milestone 1` and `987`.
fn title_and_id(heading: &str) -> Option<(&str, &str)> {
    let (title, id) = heading.strip_suffix(')')?.rsplit_once(" (")?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then_some((title, id))
}

/// Whether Canvas takes a column for a total, of the course or of a group of assignments, which it calculates itself.
fn is_total(heading: &str) -> bool {
    let words = |first: &str| ["Score", "Points", "Grade", "Status"].map(|last| format!("{first} {last}"));
    ["Current", "Final", "Override"]
        .iter()
        .flat_map(|first| words(first))
        .any(|total| heading.contains(&total))
}
