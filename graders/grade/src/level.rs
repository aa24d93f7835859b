//! The level that a score stands for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a score from 0 to 100 is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Below 60.
    Insufficient,
    /// From 60.
    Beginning,
    /// From 70.
    Developing,
    /// From 80.
    Proficient,
    /// From 90.
    Exemplary,
}

impl Level {
    /// The level of a score from 0 to 100.
    pub fn of(score: f64) -> Self {
        match score {
            s if s >= 90.0 => Self::Exemplary,
            s if s >= 80.0 => Self::Proficient,
            s if s >= 70.0 => Self::Developing,
            s if s >= 60.0 => Self::Beginning,
            _ => Self::Insufficient,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Insufficient => "Insufficient",
            Self::Beginning => "Beginning",
            Self::Developing => "Developing",
            Self::Proficient => "Proficient",
            Self::Exemplary => "Exemplary",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_belong_to_the_level_above() {
        for (score, level) in [
            (100.0, Level::Exemplary),
            (90.0, Level::Exemplary),
            (89.99, Level::Proficient),
            (70.0, Level::Developing),
            (60.0, Level::Beginning),
            (59.99, Level::Insufficient),
            (0.0, Level::Insufficient),
        ] {
            assert_eq!(Level::of(score), level, "{score}");
        }
    }
}
