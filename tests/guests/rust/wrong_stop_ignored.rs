//! `fit` goes on whatever a report is answered.
//!
//! expect: fails stop, clip-and-schedule, loss-falls, first-steps
//! expect: told stop-ignored

use guests::export_learner;
use guests::learning::{Directive, Learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn goes_on(_: Directive) -> bool {
        true
    }
}

export_learner!(Training);
