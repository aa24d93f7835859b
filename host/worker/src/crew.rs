//! The workers of one submission.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::worker::Worker;

/// What starting a worker costs, some times over: who waits for one that is at work waits no longer.
pub(crate) const MOMENT: Duration = Duration::from_millis(20);

/// The workers of one submission: those that have nothing to do, and how many are at work.
#[derive(Default)]
pub(crate) struct Crew {
    roll: Mutex<Roll>,
    changed: Condvar,
}

#[derive(Default)]
struct Roll {
    idle: Vec<Worker>,
    at_work: usize,
}

impl Crew {
    /// A worker that has nothing to do, waiting a moment for one that is at work. Most guests live shorter than that,
    /// so that one process serves a submission; where they live longer, a thread that finds none starts its own. It
    /// counts as at work, and so does the one that is started where there is none.
    pub(crate) fn hire(&self) -> Option<Worker> {
        let all_busy = |roll: &mut Roll| roll.idle.is_empty() && roll.at_work > 0;
        let waited = self.changed.wait_timeout_while(self.roll(), MOMENT, all_busy);
        let mut roll = waited.unwrap_or_else(PoisonError::into_inner).0;
        roll.at_work += 1;
        roll.idle.pop()
    }

    /// One is at work from now on that was not hired: it is still starting.
    pub(crate) fn enlist(&self) {
        self.roll().at_work += 1;
    }

    /// Takes back a worker whose guest ended well.
    pub(crate) fn dismiss(&self, worker: Worker) {
        self.roll().idle.push(worker);
        self.bury();
    }

    /// One is at work no more.
    pub(crate) fn bury(&self) {
        self.roll().at_work -= 1;
        self.changed.notify_one();
    }

    fn roll(&self) -> MutexGuard<'_, Roll> {
        self.roll.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
