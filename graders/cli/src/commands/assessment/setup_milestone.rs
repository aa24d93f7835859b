//! `tito assessment setup-milestone`: a milestone's benchmark, by name.

use clap::{Args, builder::PossibleValuesParser};
use tito_course::{MilestoneChanges, Settings};

use crate::{
    benchmark::{self, BENCHMARKS, Benchmark},
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    folders::DataFolder,
    screen,
};

/// Decides what a milestone is measured on.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment setup-milestone 1 --benchmark mnist_85_percent")]
pub(crate) struct SetupMilestone {
    /// The milestone's number
    #[arg(value_name = "N")]
    milestone: u32,
    /// Which benchmark
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(BENCHMARKS.map(|known| known.name)))]
    benchmark: String,
    #[command(flatten)]
    course: CourseFolder,
    #[command(flatten)]
    data_folder: DataFolder,
}

impl SetupMilestone {
    /// Passes where the benchmark is one of the milestone's; a note says what is to be fetched for it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut course = self.course.open()?;
        let of_milestone = || benchmark::of_milestone(self.milestone);
        let Some(Benchmark { name, data, asks, .. }) =
            of_milestone().find(|known| known.name == self.benchmark)
        else {
            let failure = Failure::usage(format!(
                "'{}' is no benchmark of milestone {}",
                self.benchmark, self.milestone
            ));
            let names: Vec<_> = of_milestone().map(|known| known.name).collect();
            return Err(failure.help(format!("it has {}", names.join(" and "))));
        };
        let changes = MilestoneChanges {
            benchmark: Some((*name).into()),
            data: Some((*data).into()),
            ..MilestoneChanges::default()
        };
        course::milestone(&course, self.milestone)?;
        course.change_settings(|text| Settings::with_milestone(text, self.milestone, &changes))?;
        course.note_rules(course::milestone_name)?;
        screen::print(&format!("Milestone {} is held to {name}: {asks}.\n", self.milestone))?;
        let described = tito_data::Description::named(data)?;
        if !self.data_folder.store()?.verify(described).ready {
            screen::say(&format!(
                "note: {} is not there yet; `tito data fetch {data}` gets it",
                described.title
            ));
        }
        Ok(Exit::Passed)
    }
}
