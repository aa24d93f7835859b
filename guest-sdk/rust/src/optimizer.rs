//! What moves parameters against their gradients.

use crate::{Fault, Tensor};

pub use crate::bindings::learning::exports::tinytorch::framework::optimizers::{
    AdamSpec, OptimizerSpec, SgdSpec,
};

/// What moves parameters against their gradients: stochastic gradient descent, Adam. What it remembers from step to
/// step, a velocity or moments, it keeps itself.
pub trait Optimizer {
    /// One step at this learning rate, in place. The rate is the description's, unless a schedule says otherwise.
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] unless there is one gradient of the same shape for each parameter, and all of them are of
    /// the shapes of the step before; then none is moved.
    fn step(&mut self, rate: f32, parameters: &mut [&mut Tensor], gradients: &[Tensor]) -> Result<(), Fault>;
}

impl OptimizerSpec {
    /// The rate that a step has where no schedule changes it.
    pub fn learning_rate(&self) -> f32 {
        match self {
            Self::Sgd(sgd) => sgd.learning_rate,
            Self::Adam(adam) => adam.learning_rate,
        }
    }
}
