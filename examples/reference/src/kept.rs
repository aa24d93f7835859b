//! What a layer keeps of a training pass for the way back.

use tinytorch::{Fault, Mode, Tensor};

/// A tensor of the last training pass, once there has been one. Inference leaves it alone.
#[derive(Default)]
pub(crate) struct Kept(Option<Tensor>);

impl Kept {
    /// Keeps a copy, in training.
    pub(crate) fn copy(&mut self, tensor: &Tensor, mode: Mode) {
        if mode == Mode::Training {
            self.keep(tensor.clone());
        }
    }

    /// Keeps what a training pass has made.
    pub(crate) fn keep(&mut self, tensor: Tensor) {
        self.0 = Some(tensor);
    }

    /// What was kept, for a layer of this name.
    pub(crate) fn of(&self, layer: &str) -> Result<&Tensor, Fault> {
        self.0.as_ref().ok_or_else(|| untrained(layer))
    }
}

/// There is no way back before the first training pass.
pub(crate) fn untrained(layer: &str) -> Fault {
    Fault::invalid_argument(format!("{layer}: there was no forward pass in training to go back from"))
}

/// Whether a gradient has the shape of the output that it belongs to.
pub(crate) fn alike(layer: &str, gradient: &Tensor, output: &[u32]) -> Result<(), Fault> {
    if gradient.shape() == output {
        return Ok(());
    }
    let found = gradient.shape();
    Err(Fault::shape_mismatch(format!("{layer}: a gradient of shape {output:?} wanted, {found:?} given")))
}

/// The tensor of one of two equal shapes whose elements are `value` of theirs.
pub(crate) fn zip(left: &Tensor, right: &Tensor, value: impl Fn(f32, f32) -> f32) -> Tensor {
    let mut output = left.clone();
    output.data_mut().iter_mut().zip(right.data()).for_each(|(l, &r)| *l = value(*l, r));
    output
}
