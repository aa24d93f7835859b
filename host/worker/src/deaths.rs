//! Workers that died over a submission, and what comes of it.
//!
//! Whether a process died of the submission or of the machine cannot be known from one death: a memory killer or an
//! operator sends the same signal as a guest that broke out. So no grade in which a worker died is believed: the
//! submission is asked once more from the start, and whoever kills twice is quarantined, which is not a zero.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use thiserror::Error;
use tito_artifact::Digest;
use tito_sandbox::{HostError, Outcome, Trap, TrapKind};

use crate::{canary, starter::Starter};

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
    toll: Mutex<Toll>,
}

#[derive(Debug, Default)]
struct Toll {
    words: Vec<String>,
    /// How many there were before this attempt began.
    before: usize,
}

impl Deaths {
    pub(crate) fn of(digest: Digest) -> Self {
        Self { digest, toll: Mutex::default() }
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
        self.begin();
        let first = work()?;
        if self.outcome::<T>().is_none() {
            return Ok(first);
        }
        canary::sing(starter)?;
        self.begin();
        work()
    }

    /// Begins an attempt.
    fn begin(&self) {
        let mut toll = self.toll();
        toll.before = toll.words.len();
    }

    /// What becomes of every call once a worker has died in this attempt, which is not believed any more.
    pub(crate) fn outcome<T>(&self) -> Option<Outcome<T>> {
        let toll = self.toll();
        toll.words.get(toll.before).map(|words| crash(words))
    }

    /// Notes a death: it is the outcome of the call that the worker was serving, and of all that come after it. Several
    /// in one attempt, on several threads, are one.
    ///
    /// # Errors
    ///
    /// If there was one before this attempt: then the submission is [`Quarantined`].
    pub(crate) fn note<T>(&self, words: &str) -> Result<Outcome<T>, HostError> {
        let mut toll = self.toll();
        toll.words.push(words.to_owned());
        if toll.before == 0 {
            return Ok(crash(&toll.words[0]));
        }
        let quarantined = Quarantined { digest: self.digest, deaths: toll.words.clone() };
        Err(HostError::new("nothing is graded", quarantined))
    }

    fn toll(&self) -> MutexGuard<'_, Toll> {
        self.toll.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn crash<T>(words: &str) -> Outcome<T> {
    let message = format!("the process that ran it died: {words}");
    Outcome::Trap(Trap { kind: TrapKind::Crash, message, functions: Vec::new() })
}
