//! What a check may look at.

use std::{path::Path, sync::OnceLock};

use tito_data::Dataset;
use tito_judge::{Examiner, Seed};
use tito_sandbox::{HostError, Launch};

use crate::{
    Architecture,
    accuracy::{Measured, measure},
};

/// What a check may look at, for the grading of one submission.
pub struct Context<'a> {
    pub(crate) launch: &'a dyn Launch,
    pub(crate) seed: &'a Seed,
    pub(crate) data: &'a Dataset,
    pub(crate) source: Option<&'a Path>,
    /// What it made of the test images with the shipped MLP and CNN: a plain loop takes seconds for them, which are not spent twice.
    measured: [OnceLock<Measured>; 2],
}

impl<'a> Context<'a> {
    /// Guests of the submission are made by `launch`, on the engine that counts fuel; cases are drawn from `seed`, and
    /// accuracy is measured on `data`, the test split. Its sources are in `source`, where they were handed in.
    pub fn new(launch: &'a dyn Launch, seed: &'a Seed, data: &'a Dataset, source: Option<&'a Path>) -> Self {
        Self { launch, seed, data, source, measured: [OnceLock::new(), OnceLock::new()] }
    }

    /// Asks cases of the submission.
    pub fn examiner(&self) -> Examiner<'_> {
        Examiner::new(self.launch)
    }

    /// What the submission makes of the test images with a shipped network, measured when it is first asked for.
    pub(crate) fn measured(&self, architecture: Architecture) -> Result<&Measured, HostError> {
        let once = &self.measured[architecture as usize];
        if let Some(measured) = once.get() {
            return Ok(measured);
        }
        let measured = measure(self, architecture)?;
        Ok(once.get_or_init(|| measured))
    }
}
