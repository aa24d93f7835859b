//! `course.toml`: what a course has decided, for people to read and to change.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tito_gradebook::{Attempts, Counts, Late, MilestoneRules, Rules};
use toml_edit::{DocumentMut, Item, Value, value};

/// What a course has decided. Unknown keys are errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Its name, and what its class is called.
    pub course: Named,
    /// What lateness costs.
    pub late: LateSettings,
    /// Which attempt counts.
    pub attempts: AttemptsSettings,
    /// What students may see of a grading.
    #[serde(default)]
    pub students_see: StudentsSee,
    /// By their numbers.
    #[serde(default)]
    pub milestones: BTreeMap<String, MilestoneSettings>,
}

/// What a course and its class are called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Named {
    /// For people.
    pub name: String,
    /// For the command line.
    pub class: String,
}

/// What lateness costs; see [`Late`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LateSettings {
    percent_per_day: f64,
    grace_minutes: u32,
    floor_percent: f64,
    closes_after_days: Option<u32>,
}

/// Which attempt counts; see [`Attempts`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AttemptsSettings {
    counts: Counts,
    at_most: Option<u32>,
}

/// What students may see of a grading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StudentsSee {
    /// How much.
    pub detail: DetailSeen,
}

/// How much of a grading students see, each with what stands before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DetailSeen {
    /// Scores, and those of criteria.
    Scores,
    /// How every check ended.
    Checks,
    /// Why.
    #[default]
    Evidence,
}

/// What holds for one milestone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MilestoneSettings {
    /// Percent of the course.
    pub weight: f64,
    /// Until when a submission is on time.
    pub due: Option<toml::value::Datetime>,
    /// The benchmark's name.
    pub benchmark: Option<String>,
    /// The data set that is graded on.
    pub data: Option<String>,
    /// A file in the course's folder with what a submission may be and use, where that is not as usual.
    pub limits: Option<String>,
}

impl Settings {
    /// The text of a new `course.toml`, with a comment at every key.
    pub fn template(name: &str, class: &str) -> String {
        let (late, attempts) = (Late::default(), Attempts::default());
        let mut text = format!(
            r#"# What this course has decided. Change it here, or with `tito assessment configure` and `setup-milestone`; every
# change is noted in the course's log before the next thing happens. Unknown keys are errors.

[course]
# What people call it.
name = {name}
# What the class is called on the command line: --class {class}
class = {class:?}

[late]
# Percent of what was reached that every begun day after the due date takes away.
percent-per-day = {percent:?}
# Minutes after the due date that cost nothing.
grace-minutes = {grace}
# Percent of what was reached that is left however late it is, while the milestone is open.
floor-percent = {floor:?}
# Begun days after which nothing is taken any more. Without this key it always is.
closes-after-days = {closes}

[attempts]
# Which attempt counts: "best" after what lateness takes, or "last".
counts = "best"
# How many attempts are looked at, the first ones. Without this key all are.
# at-most = 5

[students-see]
# How much a student's report has: "scores" of the criteria, how every check ended ("checks"), or why ("evidence").
# Hidden inputs and expected values are in none of them.
detail = "evidence"
"#,
            name = Value::from(name),
            percent = late.percent_per_day,
            grace = late.grace_minutes,
            floor = late.floor_percent,
            closes = late.closes_after_days.unwrap_or_default(),
        );
        debug_assert_eq!(attempts.counts, Counts::Best, "the template says so");
        text += "\n# The milestones that the course grades follow; `tito assessment configure --milestones 1,2` adds them.\n";
        text
    }

    /// What this text says.
    ///
    /// # Errors
    ///
    /// What is wrong and where, with what was probably meant.
    pub fn parse(text: &str) -> Result<Self, String> {
        let settings: Self = toml::from_str(text).map_err(|error| explained(&error))?;
        settings.rules_of(|_| None).and_then(|rules| rules.problem().map_or(Ok(()), Err))?;
        Ok(settings)
    }

    /// The text with a milestone's keys set: those that are given. The rest, comments as well, stays as it is.
    ///
    /// # Errors
    ///
    /// If the text is no TOML.
    pub fn with_milestone(text: &str, number: u32, changes: &MilestoneChanges) -> Result<String, String> {
        let mut document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
        let milestones = document.entry("milestones").or_insert_with(|| {
            let mut table = toml_edit::Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        let milestones = milestones.as_table_mut().ok_or("`milestones` is no table")?;
        let milestone = milestones.entry(&number.to_string()).or_insert_with(|| Item::Table(new_milestone()));
        let milestone = milestone.as_table_mut().ok_or(format!("`milestones.{number}` is no table"))?;
        changes.apply(milestone)?;
        Ok(document.to_string())
    }

    /// The text without a milestone.
    ///
    /// # Errors
    ///
    /// If the text is no TOML.
    pub fn without_milestone(text: &str, number: u32) -> Result<String, String> {
        let mut document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
        if let Some(milestones) = document.get_mut("milestones").and_then(Item::as_table_mut) {
            milestones.remove(&number.to_string());
        }
        Ok(document.to_string())
    }

    /// The text with what lateness costs and which attempt counts, where that is given.
    ///
    /// # Errors
    ///
    /// If the text is no TOML.
    pub fn with(text: &str, changes: &[(&str, &str, Value)]) -> Result<String, String> {
        let mut document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
        for (table, key, new) in changes {
            document[table][key] = value(new.clone());
        }
        Ok(document.to_string())
    }

    /// The rules that follow, with the names that `name_of` has for milestones.
    ///
    /// # Errors
    ///
    /// If a milestone's key is none of its numbers, if `name_of` does not know it, or if a due date lacks its offset.
    pub fn rules_of(&self, name_of: impl Fn(u32) -> Option<String>) -> Result<Rules, String> {
        let Self { course, late, attempts, milestones, .. } = self;
        let milestone = |(key, settings): (&String, &MilestoneSettings)| {
            let number = key.parse().ok().filter(|number| (1..=5).contains(number));
            let number = number.ok_or(format!("there is no milestone '{key}'; milestones are 1 to 5"))?;
            Ok(MilestoneRules {
                number,
                name: name_of(number).unwrap_or_default(),
                weight: settings.weight,
                due: settings.due.map(|due| timestamp(key, due)).transpose()?,
                benchmark: settings.benchmark.clone(),
                data: settings.data.clone(),
            })
        };
        Ok(Rules {
            course: course.name.clone(),
            class: course.class.clone(),
            milestones: milestones.iter().map(milestone).collect::<Result<_, String>>()?,
            late: Late {
                percent_per_day: late.percent_per_day,
                grace_minutes: late.grace_minutes,
                floor_percent: late.floor_percent,
                closes_after_days: late.closes_after_days,
            },
            attempts: Attempts { counts: attempts.counts, at_most: attempts.at_most },
        })
    }
}

/// What is set of a milestone; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct MilestoneChanges {
    /// Percent of the course.
    pub weight: Option<f64>,
    /// Until when a submission is on time, with its offset: `2026-10-01T23:59:00-04:00`.
    pub due: Option<String>,
    /// The benchmark's name.
    pub benchmark: Option<String>,
    /// The data set that is graded on.
    pub data: Option<String>,
}

impl MilestoneChanges {
    fn apply(&self, milestone: &mut toml_edit::Table) -> Result<(), String> {
        let Self { weight, due, benchmark, data } = self;
        if let Some(weight) = weight {
            milestone["weight"] = value(*weight);
        }
        if let Some(due) = due {
            let due: toml_edit::Datetime = due.parse().map_err(|_| format!("'{due}' is no date and time"))?;
            milestone["due"] = value(due);
        }
        for (key, text) in [("benchmark", benchmark), ("data", data)] {
            if let Some(text) = text {
                milestone[key] = value(text.as_str());
            }
        }
        Ok(())
    }
}

/// A milestone with the comments that its keys will have.
fn new_milestone() -> toml_edit::Table {
    let mut table = toml_edit::Table::new();
    let comment = "\n# weight: percent of the course. due: until when a submission is on time, with its offset from UTC, as in\n# 2026-10-01T23:59:00-04:00; without it nothing is late. benchmark: `tito assessment setup-milestone --help` lists\n# them. data: the data set that is graded on, as `tito data list` calls it. limits: a file with other limits, see\n# `tito milestone test --help`.\n";
    table.decor_mut().set_prefix(comment);
    table
}

/// A due date as a moment.
fn timestamp(key: &str, due: toml::value::Datetime) -> Result<Timestamp, String> {
    let wrong = |_| {
        format!(
            "milestones.{key}.due is {due}; give date, time and offset from UTC, as in 2026-10-01T23:59:00-04:00"
        )
    };
    due.to_string().parse().map_err(wrong)
}

/// The parser's words, and which key was probably meant.
fn explained(error: &toml::de::Error) -> String {
    let mut words = error.to_string();
    let mut quoted = error.message().split('`').skip(1).step_by(2);
    if error.message().starts_with("unknown field")
        && let Some(unknown) = quoted.next()
        && let Some(near) = quoted.min_by_key(|known| strsim::osa_distance(known, unknown))
        && strsim::osa_distance(near, unknown) <= 3
    {
        write!(words, "did you mean `{near}`?").expect("a string takes everything");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> String {
        Settings::template("CS329S \"Fall\" 2024", "cs329s_2024")
    }

    #[test]
    fn the_template_says_what_the_defaults_are() {
        let settings = Settings::parse(&template()).unwrap();
        let rules = settings.rules_of(|_| None).unwrap();
        assert_eq!(rules.course, "CS329S \"Fall\" 2024");
        assert_eq!((rules.late, rules.attempts), (Late::default(), Attempts::default()));
    }

    #[test]
    fn a_milestone_is_set_and_comments_stay() {
        let text = template().replace("grace-minutes = 10", "grace-minutes = 15 # the bus");
        let changes = MilestoneChanges {
            weight: Some(15.0),
            due: Some("2026-10-01T23:59:00-04:00".into()),
            benchmark: Some("mnist_85_percent".into()),
            data: None,
        };
        let text = Settings::with_milestone(&text, 1, &changes).unwrap();
        assert!(text.contains("grace-minutes = 15 # the bus"), "{text}");
        let rules = Settings::parse(&text).unwrap().rules_of(|_| Some("Basic Inference".into())).unwrap();
        assert_eq!(rules.milestone(1).unwrap().due, Some("2026-10-02T03:59:00Z".parse().unwrap()));
        let again = Settings::with_milestone(&text, 1, &MilestoneChanges::default()).unwrap();
        assert_eq!(again, text);
        let without = Settings::parse(&Settings::without_milestone(&text, 1).unwrap()).unwrap();
        assert!(without.milestones.is_empty());
    }

    #[track_caller]
    fn check(change: (&str, &str), expected: &str) {
        let error = Settings::parse(&template().replace(change.0, change.1)).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        check(("grace-minutes", "grace-minuts"), "did you mean `grace-minutes`?");
        check(("counts = \"best\"", "counts = \"first\""), "unknown variant `first`");
        check(("percent-per-day = 10.0", "percent-per-day = \"ten\""), "invalid type");
        check(("[students-see]", "[milestones.7]\nweight = 1\n[students-see]"), "milestones are 1 to 5");
        check(
            ("[students-see]", "[milestones.1]\nweight = 1\ndue = 2026-10-01\n[students-see]"),
            "milestones.1.due is 2026-10-01; give date, time and offset",
        );
    }
}
