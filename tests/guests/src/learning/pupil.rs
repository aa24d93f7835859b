//! A model that learns, and its framework.

use std::marker::PhantomData;

use tinytorch::{
    Dataset, Directive, Epoch, Fault, LayerSpec, Learning, Loss, Mode, Model, Optimizer, OptimizerSpec,
    Recipe, Tensor,
};

use super::Learner;
use crate::Stack;

/// A model of a learner's.
pub struct Pupil<G> {
    /// What it was built of.
    pub specs: Vec<LayerSpec>,
    /// Its layers.
    pub stack: Stack,
    /// Who replaces something.
    pub learner: G,
}

impl<G: Learner> Model for Pupil<G> {
    fn build(layers: &[LayerSpec], seed: u64) -> Result<Self, Fault> {
        let stack = Stack::build(layers, seed, G::LAYER)?;
        Ok(Self { specs: layers.to_vec(), stack, learner: G::default() })
    }

    fn parameters(&self) -> Vec<Tensor> {
        self.learner.parameters(&self.stack)
    }

    fn load(&mut self, parameters: Vec<Tensor>) -> Result<(), Fault> {
        self.learner.load(&mut self.stack, parameters)
    }

    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        self.learner.forward(&mut self.stack, input, mode)
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        self.learner.backward(&mut self.stack, gradient)
    }

    fn gradients(&self) -> Vec<Tensor> {
        self.learner.gradients(&self.stack)
    }

    fn zero_gradients(&mut self) {
        self.learner.zero_gradients(&mut self.stack);
    }
}

/// The framework of a learner.
pub struct Lesson<G>(PhantomData<G>);

impl<G: Learner> Learning for Lesson<G> {
    type Model = Pupil<G>;

    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        G::cross_entropy(logits, targets)
    }

    fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
        G::mean_squared_error(predictions, targets)
    }

    fn optimizer(spec: &OptimizerSpec) -> Result<Box<dyn Optimizer>, Fault> {
        G::optimizer(spec)
    }

    fn fit(
        pupil: &mut Pupil<G>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        G::fit(pupil, training, validation, recipe, report)
    }

    fn save(pupil: &Pupil<G>) -> Result<Vec<u8>, Fault> {
        G::save(pupil)
    }

    fn restore(bytes: &[u8]) -> Result<Pupil<G>, Fault> {
        G::restore(bytes)
    }
}
