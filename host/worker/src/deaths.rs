//! Workers that died over a submission, and what comes of it.
//!
//! Whether a process died of the submission or of the machine cannot be known from one death: a memory killer or an
//! operator sends the same signal as a guest that broke out. So no grade in which a worker died is believed: the
//! submission is asked once more from the start, and whoever kills twice is quarantined, which is not a zero.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use thiserror::Error;
use tito_artifact::Digest;
use tito_sandbox::{HostError, Outcome, Trap, TrapKind};

use crate::{canary, starter::Starter};

/// How many deaths make a quarantine.
const DEATHS: usize = 2;

/// A submission whose workers died twice. It has no grade, and a person must look at it.
#[derive(Clone, Debug, Error)]
pub struct Quarantined {
    /// The submission.
    pub digest: Digest,
    /// How the workers died, in the order in which they did.
    pub deaths: Vec<String>,
}

impl fmt::Display for Quarantined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is quarantined: its worker process died twice ({})",
            self.digest,
            self.deaths.join("; ")
        )
    }
}

/// The deaths over one submission.
#[derive(Debug)]
pub(crate) struct Deaths {
    digest: Digest,
    words: Mutex<Vec<String>>,
}

impl Deaths {
    pub(crate) fn of(digest: Digest) -> Self {
        Self { digest, words: Mutex::default() }
    }

    /// Does `work`, and does it once more if a worker died of it and the canary lives: a death is nobody's fault
    /// before there are two.
    ///
    /// # Errors
    ///
    /// Those of the work, and that the canary died.
    pub(crate) fn settled<T, E: From<HostError>>(
        &self,
        starter: &Starter,
        mut work: impl FnMut() -> Result<T, E>,
    ) -> Result<T, E> {
        let before = self.count();
        let first = work()?;
        if self.count() == before {
            return Ok(first);
        }
        canary::sing(starter)?;
        work()
    }

    fn count(&self) -> usize {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Notes a death: it is the outcome of the call that the worker was serving.
    ///
    /// # Errors
    ///
    /// If it is not the first: then the submission is [`Quarantined`].
    pub(crate) fn note<T>(&self, words: &str) -> Result<Outcome<T>, HostError> {
        let mut deaths = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        deaths.push(words.to_owned());
        if deaths.len() < DEATHS {
            let message = format!("the process that ran it died: {words}");
            return Ok(Outcome::Trap(Trap { kind: TrapKind::Crash, message, functions: Vec::new() }));
        }
        let quarantined = Quarantined { digest: self.digest, deaths: deaths.clone() };
        Err(HostError::new("nothing is graded", quarantined))
    }
}
