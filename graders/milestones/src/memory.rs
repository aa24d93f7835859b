//! What checks found before, of the same submission under the same conditions.

use std::time::Duration;

use tito_grade::CheckResult;

/// A check that took less is made again: looking it up would not be felt.
pub(crate) const WORTH_KEEPING: Duration = Duration::from_secs(2);

/// What checks that took long found before. A grade is a function of the submission, the seed, the data, the limits and
/// this program: whoever keeps results keeps them under all of these.
pub trait Memory: Sync {
    /// What this check found.
    fn recall(&self, check: &str) -> Option<CheckResult>;

    /// Keeps what a check found, if it can.
    fn keep(&self, result: &CheckResult);
}
