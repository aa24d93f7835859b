//! `tito milestone list`: the five milestones.

use clap::Args;
use serde::Serialize;
use tito_grade::Rubric;

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
struct Listed {
    /// 1 to 5.
    number: u32,
    /// For example `Basic Inference`.
    name: String,
    /// What a student can say who has reached it.
    capability: String,
    /// Percent of the course.
    weight: f64,
}

#[derive(Serialize)]
struct Document {
    milestones: Vec<Listed>,
}

/// All milestones of the course by number.
fn milestones() -> Vec<Listed> {
    let listed = |milestone: tito_milestones::Milestone| {
        let Rubric { number, name, capability, weight, .. } = milestone.rubric;
        Listed { number, name, capability, weight }
    };
    tito_milestones::milestones().into_iter().map(listed).collect()
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

fn row(milestone: &Listed) -> [String; 4] {
    [
        milestone.number.to_string(),
        milestone.name.clone(),
        format!("{} %", milestone.weight),
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
