//! Why the figures of work mean nothing, and what a student is told.

use std::convert::Infallible;

use tito_grade::Hint;
use tito_sandbox::{Called, HostError, Outcome};

use crate::advice;

/// Why the figures of work mean nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// There was no answer.
    NoAnswer(Outcome<Infallible>),
    /// An answer was wrong, the first of them in this call, counted from 1.
    Wrong(usize),
    /// Calls on inputs alike differ: some do less.
    Uneven,
    /// The same input again took less: its answer was kept.
    Remembered,
    /// Another kind of numbers took more or less.
    OfTheData,
    /// It took less than the arithmetic alone.
    TooLittle,
}

impl Doubt {
    /// What is wrong in words, and what to do.
    pub fn words(&self) -> (String, Option<Hint>) {
        let (words, name, advice) = match self {
            Self::NoAnswer(outcome) => return (outcome.to_string(), advice(outcome)),
            Self::Wrong(call) => (
                format!("a wrong answer in call {call}"),
                "wrong-when-measured",
                "What is fast has to be right first, in every call: look at the checks of this layer in milestones 1 and 2.",
            ),
            Self::Uneven => (
                "calls on inputs alike take different fuel".into(),
                "uneven-work",
                "Every call has the same to do. What is prepared once belongs into the first of them.",
            ),
            Self::Remembered => (
                "the same input again takes less".into(),
                "answers-kept",
                "Answers are computed, not kept: nobody asks the same twice.",
            ),
            Self::OfTheData => (
                "another kind of numbers takes more or less".into(),
                "work-by-the-data",
                "A dense product has the same to do whatever the numbers are, zeros among them.",
            ),
            Self::TooLittle => (
                "less fuel than the multiplications alone".into(),
                "work-not-seen",
                "Somebody will look at this: no algorithm known to us takes so little.",
            ),
        };
        (words, Some(Hint { misconception: name.into(), advice: advice.into() }))
    }
}

/// Why work ends early: by our failure, or by a doubt.
pub(crate) enum Stop {
    Host(HostError),
    Doubt(Doubt),
}

impl From<HostError> for Stop {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

/// The answer of a call that figures depend on.
pub(crate) fn answered<T>(called: Called<T>) -> Result<T, Stop> {
    match called? {
        Outcome::Answer(answer) => Ok(answer),
        other => Err(Stop::Doubt(Doubt::NoAnswer(other.map(|_| unreachable!("it is no answer"))))),
    }
}

/// What is ours apart from what is the submission's.
pub(crate) fn apart<T>(work: Result<T, Stop>) -> Result<Result<T, Doubt>, HostError> {
    match work {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Doubt(doubt)) => Ok(Err(doubt)),
        Err(Stop::Host(error)) => Err(error),
    }
}
