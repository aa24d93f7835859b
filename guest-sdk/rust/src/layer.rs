//! One layer, and the choice of layers that a framework has.

use crate::{Fault, LayerSpec, Rng, Tensor};

/// One layer of a model: what a student writes.
///
/// Only [`forward`](Self::forward) is needed for milestones 1 and 2; a layer with parameters also lists them. From
/// milestone 3 on layers learn, and write the rest.
pub trait Layer {
    /// The layer's output for this input. In training a layer may keep what its `backward` will need.
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] if the layer cannot work with the input's shape.
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault>;

    /// The parameters, in the order that the contract documents for the layer: a dense layer's weight, then its bias.
    fn parameters(&self) -> Vec<&Tensor> {
        Vec::new()
    }

    /// The same parameters in the same order, to be replaced by tensors of the same shapes.
    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        Vec::new()
    }

    /// The gradient with respect to the input of the last training `forward`, given the one with respect to its
    /// output. Adds each parameter's gradient to [`gradients`](Self::gradients_mut).
    ///
    /// # Errors
    ///
    /// [`Fault::Unsupported`] unless a layer writes its own.
    fn backward(&mut self, _output_gradient: &Tensor) -> Result<Tensor, Fault> {
        Err(Fault::unsupported(format!("backward of {}: not written yet", std::any::type_name::<Self>())))
    }

    /// One gradient for each parameter, of the same shapes in the same order; none while there is no `backward`.
    fn gradients(&self) -> Vec<&Tensor> {
        Vec::new()
    }

    /// The same gradients in the same order, to be set to zero.
    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        Vec::new()
    }

    /// What the layer has learned or drawn besides its parameters, in bytes of its own, for checkpoints: the running mean
    /// and variance of batch normalisation, where dropout's generator stands ([`Rng::state`]).
    fn state(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Takes such a [`state`](Self::state) over.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] if it is not one of a layer like this; then nothing is changed.
    fn set_state(&mut self, state: &[u8]) -> Result<(), Fault> {
        if state.is_empty() { Ok(()) } else { Err(Fault::invalid_argument("a state of another layer")) }
    }
}

/// What a forward pass is for. Dropout and batch normalisation differ; those of milestones 1 and 2 do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `backward` may follow.
    Training,
    /// Only the output is wanted.
    Inference,
}

/// The layers that a framework has: [`Sequential`](crate::Sequential) asks it for each layer of a model.
pub trait Layers {
    /// A layer that `spec` describes, its parameters drawn from `rng`.
    ///
    /// # Errors
    ///
    /// [`Fault::Unsupported`] for layers that are not written yet, [`Fault::InvalidArgument`] for a description that
    /// makes no sense, such as a dropout of 2.
    fn layer(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault>;
}
