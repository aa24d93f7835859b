//! `tito assessment init`: a new course.

use std::path::PathBuf;

use clap::Args;
use tito_course::Course;

use crate::{course, exit::Exit, failure::Failure, screen};

/// The seasons that a course's name may have and its class's does not.
const SEASONS: [&str; 6] = ["spring", "summer", "fall", "autumn", "winter", "term"];

/// Makes a course: its settings, its keys, an empty log and an empty store.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment init --course-name \"CS329S Fall 2024\"")]
pub(crate) struct Init {
    /// Where
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// What people call it
    #[arg(long, value_name = "NAME")]
    course_name: String,
    /// What its class is called on the command line [default: the words of the name without its season, joined by `_`]
    #[arg(long, value_name = "CLASS", value_parser = class)]
    class: Option<String>,
}

impl Init {
    /// Passes where there is a course then.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let class = self.class.map_or_else(|| class(&class_of(&self.course_name)), Ok);
        let class = class.map_err(|error| {
            let failure =
                Failure::usage(format!("no class can be named after '{}': {error}", self.course_name));
            failure.help("name it with --class")
        })?;
        let course = Course::create(&self.folder, &self.course_name, &class, &course::actor())?;
        screen::print(&format!(
            "'{}' is a course now; its class is {class}.

  course.toml   what it has decided, with a comment at every key
  course.db     the log of everything that happens, and
  store/        everything that is handed in: keep copies of both
  secret.key    what hidden cases are drawn from: whoever has it knows them
  signing.key   what the log is signed with

Publish this key, with which students check their receipts:
  {}

Next: tito assessment configure --milestones 1,2,3,4,5
      tito assessment roster import roster.csv
",
            self.course_name,
            course.log().key(),
        ))?;
        Ok(Exit::Passed)
    }
}

/// The words of a name without its season: `CS329S Fall 2024` gives `cs329s_2024`.
fn class_of(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty() && !SEASONS.contains(word));
    words.collect::<Vec<_>>().join("_")
}

/// A class from the command line.
fn class(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    match !text.is_empty() && text.len() <= 64 && text.chars().all(is_plain) {
        true => Ok(text.to_owned()),
        false => Err("use lower-case letters, digits, `_` and `-`".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_named_after_its_course() {
        for (name, expected) in [
            ("CS329S Fall 2024", "cs329s_2024"),
            ("Deep Learning (spring term), 2027", "deep_learning_2027"),
            ("  ", ""),
        ] {
            assert_eq!(class_of(name), expected);
        }
        assert!(class("").is_err() && class("Ä").is_err() && class("a b").is_err());
    }
}
