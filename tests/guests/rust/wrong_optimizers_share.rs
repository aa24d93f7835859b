//! All optimizers of a kind keep their moments in one place.
//!
//! expect: fails optimizers-independent
//! expect: told shared-moments

use std::cell::RefCell;

use guests::learning::{Learner, Optimizer, OptimizerSpec, Steps, moved};
use guests::{Fault, Tensor, export_learner};

thread_local! {
    static SHARED: RefCell<Option<Steps>> = const { RefCell::new(None) };
}

/// An optimizer that has no moments of its own.
struct Sharing(OptimizerSpec);

impl Optimizer for Sharing {
    fn step(&mut self, rate: f32, parameters: &mut [&mut Tensor], gradients: &[Tensor]) -> Result<(), Fault> {
        SHARED.with_borrow_mut(|shared| {
            let steps = shared.get_or_insert_with(|| Steps::new(&self.0, moved));
            steps.spec = self.0;
            // Moments of other shapes are of no use.
            steps.step(rate, parameters, gradients).or_else(|_| {
                *steps = Steps::new(&self.0, moved);
                steps.step(rate, parameters, gradients)
            })
        })
    }
}

#[derive(Default)]
struct Optimizers;

impl Learner for Optimizers {
    fn optimizer(spec: &OptimizerSpec) -> Result<Box<dyn Optimizer>, Fault> {
        Ok(Box::new(Sharing(*spec)))
    }
}

export_learner!(Optimizers);
