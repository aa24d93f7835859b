//! `tito milestone list`: the five milestones.

use clap::Args;
use serde::Serialize;

use crate::{exit::Exit, failure::Failure, screen};

/// Lists the five milestones.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito milestone list")]
pub(crate) struct List {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A milestone in the list.
#[derive(Serialize)]
pub(crate) struct Listed {
    /// 1 to 5.
    pub(crate) number: u32,
    /// For example `Basic Inference`.
    pub(crate) name: String,
    /// What a student can say who has reached it.
    capability: String,
    /// Percent of the course.
    weight: f64,
    /// Whether this version grades it.
    graded: bool,
}

#[derive(Serialize)]
struct Document {
    milestones: Vec<Listed>,
}

/// What the course promises of the milestones that this version does not grade.
const LATER: [(u32, &str, &str, f64); 1] =
    [(4, "Advanced Vision", "I can build production computer vision systems!", 20.0)];

/// All milestones of the course by number.
pub(crate) fn milestones() -> Vec<Listed> {
    let graded = tito_milestones::milestones().into_iter().map(|milestone| {
        let rubric = milestone.rubric;
        let (number, weight) = (rubric.number, rubric.weight);
        Listed { number, name: rubric.name, capability: rubric.capability, weight, graded: true }
    });
    let later = LATER.map(|(number, name, capability, weight)| Listed {
        number,
        name: name.into(),
        capability: capability.into(),
        weight,
        graded: false,
    });
    let mut all: Vec<_> = graded.chain(later).collect();
    all.sort_by_key(|milestone| milestone.number);
    all
}

impl List {
    /// Prints it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let milestones = milestones();
        if self.json {
            screen::print_json("tito.milestones", &Document { milestones })?;
        } else {
            screen::print(&screen::table(milestones.iter().map(row)))?;
        }
        Ok(Exit::Passed)
    }
}

fn row(milestone: &Listed) -> [String; 5] {
    [
        milestone.number.to_string(),
        milestone.name.clone(),
        format!("{} %", milestone.weight),
        if milestone.graded { "graded" } else { "not graded by this version" }.into(),
        format!("\"{}\"", milestone.capability),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_milestone_is_there_once_and_they_make_the_course() {
        let milestones = milestones();
        assert_eq!(milestones.iter().map(|m| m.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(milestones.iter().map(|m| m.weight).sum::<f64>(), 100.0);
    }
}
