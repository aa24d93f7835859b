//! `tito assessment configure`: what a course decides, from the command line.

use clap::{Args, ValueEnum};
use serde::Serialize;
use tito_course::{Course, MilestoneChanges, Settings};
use tito_data::Store;
use tito_gradebook::Rules;

use crate::{
    benchmark,
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    folders::DataFolder,
    screen,
};

/// Decides which milestones the course grades, when they are due, what lateness costs and which attempt counts.
///
/// Without anything to decide, shows what is decided. course.toml can be changed by hand as well.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tito assessment configure --milestones 1,2,3,4,5
  tito assessment configure --due 1=2026-10-01T23:59:00-04:00 --late-per-day 10 --attempts last")]
pub(crate) struct Configure {
    #[command(flatten)]
    course: CourseFolder,
    /// The milestones that the course grades; others are taken out
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=5))]
    milestones: Vec<u32>,
    /// When a milestone is due: its number, and date and time with the offset from UTC
    #[arg(long, value_name = "N=TIME", value_parser = due)]
    due: Vec<(u32, String)>,
    /// What a milestone weighs in the course, in percent [default: as `tito milestone list` says]
    #[arg(long, value_name = "N=PERCENT", value_parser = weight)]
    weight: Vec<(u32, f64)>,
    /// Percent of what was reached that every begun day takes
    #[arg(long, value_name = "PERCENT")]
    late_per_day: Option<f64>,
    /// Minutes after the due date that cost nothing
    #[arg(long, value_name = "MINUTES")]
    grace: Option<u32>,
    /// Percent of what was reached that is left however late it is
    #[arg(long, value_name = "PERCENT")]
    floor: Option<f64>,
    /// Begun days after which nothing is taken any more
    #[arg(long, value_name = "DAYS")]
    closes_after: Option<u32>,
    /// Which attempt counts
    #[arg(long, value_name = "WHICH")]
    attempts: Option<Which>,
    /// How many attempts are looked at
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    at_most: Option<u32>,
    #[command(flatten)]
    data_folder: DataFolder,
    /// Print what is decided as one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    Best,
    Last,
}

impl Configure {
    /// Passes where the course has decided something that can be.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut course = self.course.open()?;
        let store = self.data_folder.store()?;
        self.drops_nothing(&course)?;
        // All of it or nothing.
        course.change_settings(|text| self.changed(text, &store))?;
        course.note_rules(course::milestone_name)?;
        let rules = course::rules(&course);
        if self.json {
            screen::print_json("tito.course", &Decided { rules })?;
        } else {
            screen::print(&text(rules))?;
        }
        Ok(Exit::Passed)
    }

    /// Refuses to take out a milestone for which somebody has handed something in.
    fn drops_nothing(&self, course: &Course) -> Result<(), Failure> {
        let is_kept = |number: &u32| self.milestones.is_empty() || self.milestones.contains(number);
        let has_attempts = |number: u32| {
            let mut records = course.gradebook().students.values();
            records.any(|record| record.milestones.get(&number).is_some_and(|case| !case.attempts.is_empty()))
        };
        let mut numbers = course::rules(course).milestones.iter().map(|milestone| milestone.number);
        match numbers.find(|number| !is_kept(number) && has_attempts(*number)) {
            None => Ok(()),
            Some(number) => {
                let failure = Failure::usage(format!(
                    "somebody has handed in for milestone {number}, which would be taken out"
                ));
                Err(failure.help("name it as well, or take it out of course.toml by hand"))
            }
        }
    }

    /// The text of the settings with everything that is to be decided.
    fn changed(&self, text: &str, store: &Store) -> Result<String, String> {
        let mut text = self.with_milestones(text, store)?;
        let dues = self.due.iter().map(|(number, due)| {
            (*number, MilestoneChanges { due: Some(due.clone()), ..MilestoneChanges::default() })
        });
        let weights = self.weight.iter().map(|(number, weight)| {
            (*number, MilestoneChanges { weight: Some(*weight), ..MilestoneChanges::default() })
        });
        for (number, changes) in dues.chain(weights) {
            if !Settings::parse(&text)?.milestones.contains_key(&number.to_string()) {
                return Err(format!(
                    "the course does not grade milestone {number}; add it with --milestones"
                ));
            }
            text = Settings::with_milestone(&text, number, &changes)?;
        }
        Settings::with(&text, &self.policies())
    }

    /// With the milestones that are wanted and no others, the new ones with what they usually weigh and the benchmark whose
    /// data are there.
    fn with_milestones(&self, text: &str, store: &Store) -> Result<String, String> {
        let has = Settings::parse(text)?.milestones;
        let mut text = text.to_owned();
        for milestone in tito_milestones::milestones().iter().filter(|_| !self.milestones.is_empty()) {
            let number = milestone.rubric.number;
            match (has.contains_key(&number.to_string()), self.milestones.contains(&number)) {
                (true, false) => text = Settings::without_milestone(&text, number)?,
                (false, true) => {
                    let benchmark = benchmark::at_hand(number, store);
                    let changes = MilestoneChanges {
                        weight: Some(milestone.rubric.weight),
                        due: None,
                        benchmark: Some(benchmark.name.into()),
                        data: Some(benchmark.data.into()),
                    };
                    text = Settings::with_milestone(&text, number, &changes)?;
                }
                _ => {}
            }
        }
        Ok(text)
    }

    fn policies(&self) -> Vec<(&'static str, &'static str, tito_course::Value)> {
        let number = |number: u32| tito_course::Value::from(i64::from(number));
        let changes = [
            ("late", "percent-per-day", self.late_per_day.map(Into::into)),
            ("late", "grace-minutes", self.grace.map(number)),
            ("late", "floor-percent", self.floor.map(Into::into)),
            ("late", "closes-after-days", self.closes_after.map(number)),
            ("attempts", "counts", self.attempts.map(|which| which.word().into())),
            ("attempts", "at-most", self.at_most.map(number)),
        ];
        let given = changes.into_iter().filter_map(|(table, key, value)| Some((table, key, value?)));
        given.collect()
    }
}

#[derive(Serialize)]
struct Decided<'a> {
    rules: &'a Rules,
}

impl Which {
    fn word(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Last => "last",
        }
    }
}

/// What a course has decided, for people.
fn text(rules: &Rules) -> String {
    let rows = rules.milestones.iter().map(|milestone| {
        let due = milestone.due.map_or("never late".into(), |due| format!("due {due}"));
        let benchmark = milestone.benchmark.clone().unwrap_or_default();
        [
            format!("{} {}", milestone.number, milestone.name),
            format!("{} %", milestone.weight),
            due,
            benchmark,
        ]
    });
    let late = &rules.late;
    let closes = late
        .closes_after_days
        .map_or("it never closes".into(), |days| format!("it closes after {days} days"));
    let at_most = rules.attempts.at_most.map_or(String::new(), |most| format!(" of the first {most}"));
    let counts = match rules.attempts.counts {
        tito_gradebook::Counts::Best => "best",
        tito_gradebook::Counts::Last => "last",
    };
    format!(
        "{} (class {})\n\n{}\nLate: {} % a begun day after {} minutes of grace, never below {} %; {closes}.\nAttempts: the {counts} one{at_most} counts.\n",
        screen::heading(&rules.course),
        rules.class,
        screen::table(rows),
        late.percent_per_day,
        late.grace_minutes,
        late.floor_percent,
    )
}

fn due(text: &str) -> Result<(u32, String), String> {
    let (number, due) = numbered(text)?;
    let wrong = |_| format!("'{due}' is no date and time with an offset, as in 2026-10-01T23:59:00-04:00");
    due.parse::<jiff::Timestamp>().map_err(wrong)?;
    Ok((number, due.to_owned()))
}

fn weight(text: &str) -> Result<(u32, f64), String> {
    let (number, weight) = numbered(text)?;
    Ok((number, weight.parse().map_err(|_| format!("'{weight}' is no number"))?))
}

/// A milestone's number, and what is said of it.
pub(super) fn numbered(text: &str) -> Result<(u32, &str), String> {
    let (number, value) = text.split_once('=').ok_or("give the milestone's number, `=` and the value")?;
    let number = number.parse().ok().filter(|number| (1..=5).contains(number));
    Ok((number.ok_or("milestones are 1 to 5")?, value))
}
