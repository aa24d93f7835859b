//! `tito assessment analyze`, `progress` and `struggling`: what a class's grades say.

use clap::Args;
use serde::Serialize;
use tito_course::{Course, now};
use tito_gradebook::analytics::{self, Analysis, AtRisk, Progress};
use tito_report::class;

use super::report::THRESHOLD;
use crate::{
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    screen,
};

/// Shows how a class did in a milestone: completion, scores, levels, accuracy, and which checks were hard or say nothing.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment analyze --class cs329s_2024 --milestone 4")]
pub(crate) struct Analyze {
    #[command(flatten)]
    of: Of,
    /// The milestone's number
    #[arg(long, value_name = "N")]
    milestone: u32,
}

/// Shows where everybody is, who stopped, and what happened from milestone to milestone.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment progress --class cs329s_2024")]
pub(crate) struct ShowProgress {
    #[command(flatten)]
    of: Of,
}

/// Shows who needs help, why, and what to do about it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment struggling --threshold 70")]
pub(crate) struct Struggling {
    #[command(flatten)]
    of: Of,
    /// The score below which a milestone went badly
    #[arg(long, value_name = "POINTS", default_value_t = THRESHOLD)]
    threshold: f64,
}

/// Of which class, and in which form.
#[derive(Debug, Args)]
struct Of {
    /// The class of the course
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    #[command(flatten)]
    course: CourseFolder,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Of {
    fn open(&self) -> Result<Course, Failure> {
        let course = self.course.open()?;
        course::is_class(&course, self.class.as_deref())?;
        Ok(course)
    }
}

impl Analyze {
    /// Passes where the course has such a milestone.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        #[derive(Serialize)]
        struct Document {
            analysis: Analysis,
        }
        let course = self.of.open()?;
        course::milestone(&course, self.milestone)?;
        let analysis = analytics::analyze(course.gradebook(), self.milestone, now());
        let analysis = analysis.expect("the course has the milestone");
        match self.of.json {
            true => screen::print_json("tito.analysis", &Document { analysis })?,
            false => screen::print(&class::analysis(&analysis, screen::style()))?,
        }
        Ok(Exit::Passed)
    }
}

impl ShowProgress {
    /// Passes.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        #[derive(Serialize)]
        struct Document {
            progress: Progress,
        }
        let course = self.of.open()?;
        let progress = analytics::progress(course.gradebook(), now());
        match self.of.json {
            true => screen::print_json("tito.progress", &Document { progress })?,
            false => screen::print(&class::progress(&progress, screen::style()))?,
        }
        Ok(Exit::Passed)
    }
}

impl Struggling {
    /// Passes.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        #[derive(Serialize)]
        struct Document {
            threshold: f64,
            struggling: Vec<AtRisk>,
        }
        let course = self.of.open()?;
        let struggling = analytics::struggling(course.gradebook(), self.threshold, now());
        match self.of.json {
            true => {
                screen::print_json("tito.struggling", &Document { threshold: self.threshold, struggling })?;
            }
            false => screen::print(&class::struggling(&struggling, screen::style()))?,
        }
        Ok(Exit::Passed)
    }
}
