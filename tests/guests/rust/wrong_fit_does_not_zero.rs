//! `fit` does not zero gradients between steps.
//!
//! expect: fails clip-and-schedule, first-steps
//! expect: told gradients-not-zeroed

use guests::export_learner;
use guests::learning::{Learner, Pupil};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn forget(_: &mut Pupil<Self>) {}
}

export_learner!(Training);
