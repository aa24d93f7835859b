//! What a check may look at.

use std::sync::OnceLock;

use tito_data::{Dataset, Text};
use tito_judge::{Examiner, Seed};
use tito_sandbox::{HostError, Launch, RunLimits};

use crate::{
    Architecture, Compared, Memory, NO_VISION, Networks, Own, Written, Yardsticks,
    accuracy::{Measured, measure},
    advanced_vision::{Proof, prove},
    classroom::Watch,
    full_training::{Learnt, learnt},
    language_generation::{Literate, literate},
};

/// What most submissions bring besides their component.
static NOTHING: Own = Own {
    networks: Networks { cnn: None, dense: None },
    checkpoint: None,
    training: None,
    handed: None,
    claims: None,
};

/// What speed is measured with.
#[derive(Clone, Copy)]
pub struct Speed<'a> {
    /// What the submission is held against.
    pub yardsticks: &'a Yardsticks,
    /// Launches the submission on the engine that counts nothing.
    pub timed: &'a dyn Launch,
    /// Launches it on the one that counts what it waits for memory.
    pub traced: &'a dyn Launch,
}

/// What a check may look at, for the grading of one submission.
pub struct Context<'a> {
    pub(crate) launch: &'a dyn Launch,
    pub(crate) seed: &'a Seed,
    pub(crate) data: &'a Dataset,
    /// What is read, in the milestone whose models write.
    pub(crate) text: Option<&'a Text>,
    pub(crate) written: Option<&'a Written>,
    pub(crate) own: &'a Own,
    pub(crate) limits: RunLimits,
    speed: Option<Speed<'a>>,
    /// The components whose code is compared, or why there are none, as a sentence.
    pub(crate) compared: Result<Compared<'a>, String>,
    /// Who is told how far a run of training is.
    pub(crate) watch: Option<Watch>,
    /// Who keeps what checks found.
    pub(crate) memory: Option<&'a dyn Memory>,
    /// What it made of the test images with the shipped MLP and CNN: a plain loop takes seconds for them, which are not spent twice.
    measured: [OnceLock<Measured>; 2],
    /// What it has learnt of real images, which takes minutes.
    learnt: OnceLock<Learnt>,
    /// Whether its training is what its log says, which takes minutes, too.
    proof: OnceLock<Proof>,
    /// What it has learnt of a text, and what it writes then.
    literate: OnceLock<Literate>,
}

impl<'a> Context<'a> {
    /// Guests of the submission are made by `launch`, on the engine that counts fuel; cases are drawn from `seed`, and
    /// accuracy is measured on `data`, the test split. Sources and analysis are in `written`, where they were handed in.
    pub fn new(
        launch: &'a dyn Launch,
        seed: &'a Seed,
        data: &'a Dataset,
        written: Option<&'a Written>,
    ) -> Self {
        let (limits, measured) = (RunLimits::default(), [OnceLock::new(), OnceLock::new()]);
        Self {
            launch,
            seed,
            data,
            text: None,
            written,
            own: &NOTHING,
            limits,
            speed: None,
            compared: Err(NO_VISION.into()),
            watch: None,
            memory: None,
            measured,
            learnt: OnceLock::new(),
            proof: OnceLock::new(),
            literate: OnceLock::new(),
        }
    }

    /// The same under these limits, of which the budgets of training are taken.
    #[must_use]
    pub fn within(self, limits: &RunLimits) -> Self {
        Self { limits: limits.clone(), ..self }
    }

    /// The same, with the components whose code is compared, or why there are none, as a sentence.
    #[must_use]
    pub fn comparing(self, compared: Result<Compared<'a>, String>) -> Self {
        Self { compared, ..self }
    }

    /// The same, with what the submission brings besides its component.
    #[must_use]
    pub fn with(self, own: &'a Own) -> Self {
        Self { own, ..self }
    }

    /// The same, with what speed is measured with.
    #[must_use]
    pub fn beside(self, speed: Speed<'a>) -> Self {
        Self { speed: Some(speed), ..self }
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

    /// The same, with somebody who keeps what checks found that took long.
    #[must_use]
    pub fn remembering(self, memory: &'a dyn Memory) -> Self {
        Self { memory: Some(memory), ..self }
    }

    /// What speed is measured with.
    pub(crate) fn speed(&self) -> Result<&Speed<'a>, HostError> {
        self.speed
            .as_ref()
            .ok_or_else(|| HostError::new("cannot measure speed", "no yardsticks were compiled"))
    }

    /// Asks cases of the submission.
    pub fn examiner(&self) -> Examiner<'_> {
        Examiner::new(self.launch)
    }

    /// What the submission has learnt of real images, when it is first asked for.
    pub(crate) fn learnt(&self) -> Result<&Learnt, HostError> {
        once(&self.learnt, || learnt(self))
    }

    /// Whether the training that was handed in is what its log says, looked at when it is first asked for.
    pub(crate) fn proof(&self) -> Result<&Proof, HostError> {
        once(&self.proof, || prove(self))
    }

    /// What the submission has learnt of the text, when it is first asked for.
    pub(crate) fn literate(&self) -> Result<&Literate, HostError> {
        once(&self.literate, || literate(self))
    }

    /// What the submission makes of the test images with a shipped network, measured when it is first asked for.
    pub(crate) fn measured(&self, architecture: Architecture) -> Result<&Measured, HostError> {
        once(&self.measured[architecture as usize], || measure(self, architecture))
    }
}

/// What is there, or else is made now; who fails leaves nothing.
fn once<T>(cell: &OnceLock<T>, make: impl FnOnce() -> Result<T, HostError>) -> Result<&T, HostError> {
    if let Some(made) = cell.get() {
        return Ok(made);
    }
    let made = make()?;
    Ok(cell.get_or_init(|| made))
}
