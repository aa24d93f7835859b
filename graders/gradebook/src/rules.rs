//! What a course has decided about grades: weights, due dates, late days, attempts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tito_grade::Number;

/// What a course has decided about grades.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// The course's name: `CS329S Fall 2024`.
    pub course: String,
    /// What the class is called on the command line: `cs329s_2024`.
    pub class: String,
    /// In order.
    pub milestones: Vec<MilestoneRules>,
    /// What lateness costs.
    pub late: Late,
    /// Which attempt counts.
    pub attempts: Attempts,
}

/// What holds for one milestone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MilestoneRules {
    /// 1 to 5.
    pub number: u32,
    /// For example `Basic Inference`.
    pub name: String,
    /// Percent of the course.
    pub weight: f64,
    /// Until when a submission is on time; `None` where nothing is ever late.
    pub due: Option<Timestamp>,
    /// The benchmark's name: `mnist_85_percent`.
    pub benchmark: Option<String>,
    /// The data set that is graded on.
    pub data: Option<String>,
}

/// What lateness costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Late {
    /// Percent of what was reached that every begun day takes away.
    pub percent_per_day: f64,
    /// Minutes after the due date that cost nothing. From the first beyond them on, days count from the due date.
    pub grace_minutes: u32,
    /// Percent of what was reached that is always left while the milestone is open.
    pub floor_percent: f64,
    /// Begun days after which nothing is taken any more; `None` where it always is.
    pub closes_after_days: Option<u32>,
}

/// Which attempt counts, and how many may be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    /// Which of them.
    pub counts: Counts,
    /// How many are looked at, the first ones; `None` for any number.
    pub at_most: Option<u32>,
}

/// Which attempt counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// The one that gives most after what lateness takes; of equal ones the first.
    Best,
    /// The last one that was handed in.
    Last,
}

impl Default for Late {
    /// 10 % a day, ten minutes of grace, never below half, a week.
    fn default() -> Self {
        Self { percent_per_day: 10.0, grace_minutes: 10, floor_percent: 50.0, closes_after_days: Some(7) }
    }
}

impl Default for Attempts {
    fn default() -> Self {
        Self { counts: Counts::Best, at_most: None }
    }
}

impl Attempts {
    /// How many are looked at.
    pub(crate) fn most(&self) -> usize {
        self.at_most.map_or(usize::MAX, |most| most as usize)
    }
}

impl Rules {
    /// What holds for a milestone, if the course has it.
    pub fn milestone(&self, number: u32) -> Option<&MilestoneRules> {
        self.milestones.iter().find(|milestone| milestone.number == number)
    }

    /// The first thing in them that cannot be meant, with the way out; `None` if there is none. Weights may add up to less
    /// than 100, since a course may do without a milestone and its score is the mean over the others.
    pub fn problem(&self) -> Option<String> {
        self.problem_of_names()
            .or_else(|| self.problem_of_order())
            .or_else(|| self.milestones.iter().find_map(MilestoneRules::problem))
            .or_else(|| self.problem_of_weights())
            .or_else(|| self.late.problem())
            .or_else(|| self.attempts.problem())
    }

    fn problem_of_names(&self) -> Option<String> {
        let Self { course, class, .. } = self;
        if course.trim().is_empty() {
            return Some("the course has no name; give it one, for example `CS329S Fall 2024`".into());
        }
        (!is_slug(class)).then(|| {
            format!(
                "the class is called '{class}'; use lower-case letters, digits, `_` and `-`, and begin with a letter or \
                 digit, for example `cs329s_2024`"
            )
        })
    }

    fn problem_of_order(&self) -> Option<String> {
        let numbers = self.milestones.iter().map(|milestone| milestone.number);
        let (before, after) = numbers.clone().zip(numbers.skip(1)).find(|(before, after)| before >= after)?;
        Some(match before == after {
            true => format!("milestone {before} is there twice; take one of them out"),
            false => format!("milestone {after} stands after milestone {before}; put them in order"),
        })
    }

    fn problem_of_weights(&self) -> Option<String> {
        let sum: f64 = self.milestones.iter().map(|milestone| milestone.weight).sum();
        let sum = Number(sum);
        (sum.0 > 100.0 + 1e-6)
            .then(|| format!("the milestones weigh {sum} % together; make it 100 % or less of the course"))
    }
}

impl MilestoneRules {
    fn problem(&self) -> Option<String> {
        let Self { number, weight, .. } = self;
        if !(1..=5).contains(number) {
            return Some(format!("there is no milestone {number}; the milestones are 1 to 5"));
        }
        let is_weight = *weight > 0.0 && *weight <= 100.0;
        (!is_weight).then(|| {
            let weight = Number(*weight);
            format!("milestone {number} weighs {weight} % of the course; give it more than 0 and at most 100")
        })
    }
}

impl Late {
    fn problem(&self) -> Option<String> {
        let percents = [
            ("a day of lateness takes", self.percent_per_day),
            ("lateness leaves at least", self.floor_percent),
        ];
        percents.into_iter().find(|(_, percent)| !(0.0..=100.0).contains(percent)).map(|(what, percent)| {
            format!("{what} {} % of what was reached; give a percentage from 0 to 100", Number(percent))
        })
    }
}

impl Attempts {
    fn problem(&self) -> Option<String> {
        (self.at_most == Some(0)).then(|| {
            "no attempt is looked at; allow at least 1, or leave `at_most` out for any number".into()
        })
    }
}

/// Whether a folder and a word on the command line can have this name on every system.
fn is_slug(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= 64
        && name.bytes().next().is_some_and(is_plain)
        && name.bytes().all(|byte| is_plain(byte) || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(milestones: &[(u32, f64)]) -> Rules {
        let milestones = milestones.iter().map(|(number, weight)| MilestoneRules {
            number: *number,
            name: String::new(),
            weight: *weight,
            due: None,
            benchmark: None,
            data: None,
        });
        Rules {
            course: "CS329S Fall 2024".into(),
            class: "cs329s_2024".into(),
            milestones: milestones.collect(),
            late: Late::default(),
            attempts: Attempts::default(),
        }
    }

    /// Expects a problem that says this, or none where it is empty.
    fn check(rules: &Rules, expected: &str) {
        let problem = rules.problem().unwrap_or_default();
        assert!(problem.starts_with(expected) && problem.is_empty() == expected.is_empty(), "{problem}");
    }

    #[test]
    fn milestones_are_five_in_order_and_weigh_at_most_a_course() {
        for (milestones, expected) in [
            (&[][..], ""),
            (&[(1, 15.0), (2, 20.0), (3, 25.0), (4, 20.0), (5, 20.0)], ""),
            (&[(1, 15.0), (3, 25.0)], ""),
            (&[(1, 0.1), (2, 0.2), (3, 99.7)], ""),
            (&[(0, 15.0)], "there is no milestone 0"),
            (&[(6, 15.0)], "there is no milestone 6"),
            (&[(1, 15.0), (1, 15.0)], "milestone 1 is there twice"),
            (&[(2, 15.0), (1, 15.0)], "milestone 1 stands after milestone 2"),
            (&[(1, 0.0)], "milestone 1 weighs 0 %"),
            (&[(1, -3.0)], "milestone 1 weighs -3 %"),
            (&[(1, f64::NAN)], "milestone 1 weighs NaN %"),
            (&[(1, f64::INFINITY)], "milestone 1 weighs inf %"),
            (&[(1, 60.0), (2, 60.0)], "the milestones weigh 120 % together"),
        ] {
            check(&rules(milestones), expected);
        }
    }

    #[test]
    fn percentages_are_from_0_to_100_and_attempts_at_least_one() {
        let late = |percent_per_day, floor_percent| {
            let late = Late { percent_per_day, floor_percent, ..Late::default() };
            Rules { late, ..rules(&[]) }
        };
        check(&late(0.0, 100.0), "");
        check(&late(101.0, 0.0), "a day of lateness takes 101 %");
        check(&late(f64::NAN, 0.0), "a day of lateness takes NaN %");
        check(&late(10.0, -1.0), "lateness leaves at least -1 %");
        let attempts =
            |at_most| Rules { attempts: Attempts { at_most, ..Attempts::default() }, ..rules(&[]) };
        check(&attempts(Some(1)), "");
        check(&attempts(Some(0)), "no attempt is looked at");
    }

    #[test]
    fn names_are_words_of_the_command_line() {
        for (class, expected) in [
            ("cs329s_2024", ""),
            ("1-a", ""),
            ("", "the class is called ''"),
            ("CS329S", "the class is called 'CS329S'"),
            ("../x", "the class is called '../x'"),
            ("-x", "the class is called '-x'"),
            ("a b", "the class is called 'a b'"),
            ("ä", "the class is called 'ä'"),
        ] {
            check(&Rules { class: class.into(), ..rules(&[]) }, expected);
        }
        check(&Rules { course: " ".into(), ..rules(&[]) }, "the course has no name");
    }
}
