//! `zero-gradients` does nothing; `fit` knows another way.
//!
//! expect: fails gradients-accumulate
//! expect: told gradients-averaged, gradients-never-zeroed

use guests::learning::Learner;
use guests::{Stack, export_learner};

#[derive(Default)]
struct Kept;

impl Learner for Kept {
    fn zero_gradients(&mut self, _: &mut Stack) {}
}

export_learner!(Kept);
