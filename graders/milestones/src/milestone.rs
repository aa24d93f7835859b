//! A rubric with the checks that it names.

use tito_data::{Description, Holds, Split};
use tito_grade::{Evidence, Rubric, Scoring};
use tito_judge::Findings;
use tito_sandbox::HostError;

use crate::{Context, advanced_vision, basic_inference, computer_vision, full_training, language_generation};

/// A rubric with the checks that it names.
pub struct Milestone {
    /// What it promises.
    pub rubric: Rubric,
    /// The data that it is graded on, the wanted one first; each of the others may stand in for it.
    pub data: &'static [&'static Description],
    /// Which images of it; of a milestone that is graded on a text, which of `TinyDigits`, which it takes besides.
    pub split: Split,
    /// What a submission may bring besides its component.
    pub brings: Brings,
    /// The checks that the rubric may name.
    pub(crate) checks: &'static [(&'static str, Check)],
}

/// The check that compares the code of two components.
pub(crate) const COMPONENT_REUSE: &str = "component-reuse";

/// What a submission may bring besides its component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brings {
    /// Networks of its own design, which tito trains: `model.toml`, and `model.ckpt` of one.
    TrainedNetworks,
    /// Networks of its own design, which it trains itself: `model.toml`.
    Networks,
    /// What `tito train` left, and claims of it.
    Training,
    /// Nothing but what it is compared with.
    Nothing,
}

/// A check: what it finds of a submission.
pub(crate) type Check = fn(&Context<'_>) -> Result<Found, HostError>;

/// What a check found.
pub(crate) enum Found {
    /// Cases and measurements, which the rubric turns into a score.
    Cases(Findings),
    /// Something that a person judges: a suggestion from 0 to 1, and what it is drawn from.
    Review(f64, Evidence),
}

/// All milestones that this version grades.
pub fn milestones() -> Vec<Milestone> {
    vec![
        basic_inference::milestone(),
        computer_vision::milestone(),
        full_training::milestone(),
        advanced_vision::milestone(),
        language_generation::milestone(),
    ]
}

/// The milestone of this number, if this version grades it.
pub fn milestone(number: u32) -> Option<Milestone> {
    milestones().into_iter().find(|milestone| milestone.rubric.number == number)
}

impl Milestone {
    /// A milestone of a rubric that is part of the program.
    ///
    /// # Panics
    ///
    /// If the rubric cannot be read or names a check that is not there.
    pub(crate) fn embedded(
        rubric: &str,
        data: &'static [&'static Description],
        split: Split,
        brings: Brings,
        checks: &'static [(&'static str, Check)],
    ) -> Self {
        let rubric = Rubric::parse(rubric).unwrap_or_else(|error| panic!("{error}"));
        for (_, rule) in rubric.checks() {
            assert!(checks.iter().any(|(name, _)| *name == rule.name), "there is no check '{}'", rule.name);
        }
        Self { rubric, data, split, brings, checks }
    }

    /// Whether speed is measured, for which the [`Context`] needs [`Speed`](crate::Speed).
    pub fn measures_speed(&self) -> bool {
        self.rubric.checks().any(|(_, rule)| rule.scoring == Scoring::Speed)
    }

    /// Whether a check compares the code of two components.
    pub fn compares(&self) -> bool {
        self.rubric.checks().any(|(_, rule)| rule.name == COMPONENT_REUSE)
    }

    /// Whether it is graded on a text, to which TinyDigits come as images.
    pub fn is_of_text(&self) -> bool {
        matches!(self.data[0].holds, Holds::Text(_))
    }

    pub(crate) fn check(&self, name: &str) -> Check {
        let found = self.checks.iter().find(|(known, _)| *known == name);
        found.expect("every check of the rubric was looked up when it was read").1
    }
}
