//! What checks found before, of the same submission under the same conditions.

use std::time::{Duration, Instant};

use tito_grade::CheckResult;

/// A grading that took less is made again: looking it up would not be felt.
const WORTH_KEEPING: Duration = Duration::from_secs(2);

/// What checks found before. A grade is a function of the submission, the seed, the data, the limits and
/// this program: whoever keeps results keeps them under all of these.
pub trait Memory: Sync {
    /// What this check found.
    fn recall(&self, check: &str) -> Option<CheckResult>;

    /// Keeps what a check found, if it can.
    fn keep(&self, result: &CheckResult);
}

/// What a grading found anew. Once it has taken long all of it is kept, and not what took long alone: checks share what they
/// measure, and where the first of them is recalled another one would have to measure it again.
pub(crate) struct Anew<'a> {
    memory: Option<&'a dyn Memory>,
    start: Instant,
    found: Vec<CheckResult>,
}

impl<'a> Anew<'a> {
    pub(crate) fn beginning(memory: Option<&'a dyn Memory>) -> Self {
        Self { memory, start: Instant::now(), found: Vec::new() }
    }

    /// What this check found before.
    pub(crate) fn recall(&self, check: &str) -> Option<CheckResult> {
        self.memory.and_then(|memory| memory.recall(check))
    }

    /// Notes what one has found now.
    pub(crate) fn note(&mut self, result: &CheckResult) {
        let Some(memory) = self.memory else { return };
        self.found.push(result.clone());
        if self.start.elapsed() >= WORTH_KEEPING {
            self.found.drain(..).for_each(|result| memory.keep(&result));
        }
    }
}
