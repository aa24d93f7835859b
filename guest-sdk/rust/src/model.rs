//! A stack of layers as the contract sees it.

use crate::{Fault, LayerSpec, Mode, Tensor};

/// A stack of layers: one layer alone, a network, or a GPT.
///
/// [`Sequential`](crate::Sequential) is the model of any framework that implements [`Layers`](crate::Layers). Write
/// this trait yourself only if you want a container of your own, for example to fuse layers.
pub trait Model: Sized + 'static {
    /// A model whose parameters are initialised from `seed`.
    ///
    /// # Errors
    ///
    /// [`Fault::Unsupported`] if a layer is not implemented.
    fn build(layers: &[LayerSpec], seed: u64) -> Result<Self, Fault>;

    /// All parameters, layer by layer, each layer's in its documented order.
    fn parameters(&self) -> Vec<Tensor>;

    /// Replaces all parameters; same order and shapes as [`parameters`](Self::parameters).
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] if their number or a shape differs; then none is replaced.
    fn load(&mut self, parameters: Vec<Tensor>) -> Result<(), Fault>;

    /// The output of the last layer.
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] if a layer cannot work with the shape it gets.
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault>;

    /// The gradient with respect to the input of the last training `forward`, given the one with respect to its
    /// output. Adds each parameter's gradient to [`gradients`](Self::gradients).
    ///
    /// # Errors
    ///
    /// [`Fault::Unsupported`] unless a model writes its own.
    fn backward(&mut self, _output_gradient: &Tensor) -> Result<Tensor, Fault> {
        Err(Fault::unsupported("backward: not written yet"))
    }

    /// Same order and shapes as [`parameters`](Self::parameters); zero after `build`, `load` and `zero_gradients`.
    ///
    /// A model without `backward` has no others than the zeros that it is given here.
    fn gradients(&self) -> Vec<Tensor> {
        self.parameters().iter().map(|parameter| parameter.map(|_| 0.0)).collect()
    }

    /// Sets all gradients to zero.
    fn zero_gradients(&mut self) {}
}
