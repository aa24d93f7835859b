//! What a guest may do otherwise than a right framework does.

use tinytorch::{Fault, LayerSpec, Mode, Model, Tensor};

use crate::{MakeLayer, Stack, right};

/// A submission in which something is replaced; whatever is left out stays right.
pub trait Guest: Default + 'static {
    /// The layers that it has.
    const LAYER: MakeLayer = right;

    /// In place of `parameters`.
    fn parameters(&self, stack: &Stack) -> Vec<Tensor> {
        stack.parameters()
    }

    /// In place of `load`.
    ///
    /// # Errors
    ///
    /// As [`Stack::load`].
    fn load(&mut self, stack: &mut Stack, parameters: Vec<Tensor>) -> Result<(), Fault> {
        stack.load(parameters)
    }

    /// In place of `forward`.
    ///
    /// # Errors
    ///
    /// As [`Stack::forward`].
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        stack.forward(input)
    }
}

/// A model of a guest's.
pub struct Submission<G> {
    stack: Stack,
    guest: G,
}

impl<G: Guest> Model for Submission<G> {
    fn build(layers: &[LayerSpec], seed: u64) -> Result<Self, Fault> {
        Ok(Self { stack: Stack::build(layers, seed, G::LAYER)?, guest: G::default() })
    }

    fn parameters(&self) -> Vec<Tensor> {
        self.guest.parameters(&self.stack)
    }

    fn load(&mut self, parameters: Vec<Tensor>) -> Result<(), Fault> {
        self.guest.load(&mut self.stack, parameters)
    }

    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        self.guest.forward(&mut self.stack, input)
    }

    fn gradients(&self) -> Vec<Tensor> {
        Vec::new()
    }
}
