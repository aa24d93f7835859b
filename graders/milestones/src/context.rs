//! What a check may look at.

use std::{path::Path, sync::OnceLock};

use tito_data::{Dataset, Text};
use tito_judge::{Examiner, Seed};
use tito_sandbox::{HostError, Launch, RunLimits};

use crate::{
    Architecture, Networks, Own,
    accuracy::{Measured, measure},
    classroom::Watch,
    full_training::{Learnt, learnt},
    language_generation::{Literate, literate},
};

/// What most submissions bring besides their component.
static NOTHING: Own = Own { networks: Networks { cnn: None, dense: None }, checkpoint: None, training: None };

/// What a check may look at, for the grading of one submission.
pub struct Context<'a> {
    pub(crate) launch: &'a dyn Launch,
    pub(crate) seed: &'a Seed,
    pub(crate) data: &'a Dataset,
    /// What is read, in the milestone whose models write.
    pub(crate) text: Option<&'a Text>,
    pub(crate) source: Option<&'a Path>,
    pub(crate) own: &'a Own,
    pub(crate) limits: RunLimits,
    /// Who is told how far a run of training is.
    pub(crate) watch: Option<Watch>,
    /// What it made of the test images with the shipped MLP and CNN: a plain loop takes seconds for them, which are not spent twice.
    measured: [OnceLock<Measured>; 2],
    /// What it has learnt of real images, which takes minutes.
    learnt: OnceLock<Learnt>,
    /// What it has learnt of a text, and what it writes then.
    literate: OnceLock<Literate>,
}

impl<'a> Context<'a> {
    /// Guests of the submission are made by `launch`, on the engine that counts fuel; cases are drawn from `seed`, and
    /// accuracy is measured on `data`, the test split. Its sources are in `source`, where they were handed in.
    pub fn new(launch: &'a dyn Launch, seed: &'a Seed, data: &'a Dataset, source: Option<&'a Path>) -> Self {
        let (limits, measured) = (RunLimits::default(), [OnceLock::new(), OnceLock::new()]);
        Self {
            launch,
            seed,
            data,
            text: None,
            source,
            own: &NOTHING,
            limits,
            watch: None,
            measured,
            learnt: OnceLock::new(),
            literate: OnceLock::new(),
        }
    }

    /// The same under these limits, of which the budgets of training are taken.
    #[must_use]
    pub fn within(self, limits: &RunLimits) -> Self {
        Self { limits: limits.clone(), ..self }
    }

    /// The same, with what the submission brings besides its component.
    #[must_use]
    pub fn with(self, own: &'a Own) -> Self {
        Self { own, ..self }
    }

    /// The same, with a text to be learnt.
    #[must_use]
    pub fn reading(self, text: &'a Text) -> Self {
        Self { text: Some(text), ..self }
    }

    /// The text to be learnt.
    ///
    /// # Panics
    ///
    /// If there is none: whoever grades a milestone of texts gives one.
    pub(crate) fn text(&self) -> &'a Text {
        self.text.expect("a milestone of texts is graded on one")
    }

    /// The same, with somebody who is told how far a run of training is.
    #[must_use]
    pub fn watched(self, watch: Watch) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// Asks cases of the submission.
    pub fn examiner(&self) -> Examiner<'_> {
        Examiner::new(self.launch)
    }

    /// What the submission has learnt of real images, when it is first asked for.
    pub(crate) fn learnt(&self) -> Result<&Learnt, HostError> {
        if let Some(learnt) = self.learnt.get() {
            return Ok(learnt);
        }
        let learnt = learnt(self)?;
        Ok(self.learnt.get_or_init(|| learnt))
    }

    /// What the submission has learnt of the text, when it is first asked for.
    pub(crate) fn literate(&self) -> Result<&Literate, HostError> {
        if let Some(literate) = self.literate.get() {
            return Ok(literate);
        }
        let literate = literate(self)?;
        Ok(self.literate.get_or_init(|| literate))
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
