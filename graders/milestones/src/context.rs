//! What a check may look at.

use std::path::Path;

use tito_data::Dataset;
use tito_judge::{Examiner, Seed};
use tito_sandbox::Launch;

/// What a check may look at.
pub struct Context<'a> {
    /// Makes guests of the submission, on the engine that counts fuel.
    pub launch: &'a dyn Launch,
    /// Where cases are drawn from.
    pub seed: &'a Seed,
    /// What accuracy is measured on: the test split.
    pub data: &'a Dataset,
    /// The submission's sources, where they were handed in.
    pub source: Option<&'a Path>,
}

impl Context<'_> {
    /// Asks cases of the submission.
    pub fn examiner(&self) -> Examiner<'_> {
        Examiner::new(self.launch)
    }
}
