//! The weight and the bias of a layer, or their gradients.

use tinytorch::Tensor;

/// The weight and, where there is one, the bias of a layer, in the contract's order; or the gradients of both.
pub(crate) struct Weights {
    pub(crate) weight: Tensor,
    pub(crate) bias: Option<Tensor>,
}

impl Weights {
    /// Zeros of the same shapes.
    pub(crate) fn zeros(&self) -> Self {
        let zeros = |tensor: &Tensor| Tensor::zeros(tensor.shape());
        Self { weight: zeros(&self.weight), bias: self.bias.as_ref().map(zeros) }
    }

    pub(crate) fn list(&self) -> Vec<&Tensor> {
        std::iter::once(&self.weight).chain(&self.bias).collect()
    }

    pub(crate) fn list_mut(&mut self) -> Vec<&mut Tensor> {
        std::iter::once(&mut self.weight).chain(&mut self.bias).collect()
    }
}
