//! The right layers of milestones 1 and 2.

use tinytorch::{Fault, Layer, LayerSpec, Rng, Tensor};

use crate::{Conv2d, Dense, elementwise, largest, mean, pool, rowwise, whole};

/// The right layer of this description.
///
/// # Errors
///
/// [`Fault::Unsupported`] for layers of later milestones, and what a layer of these says that cannot be.
pub fn right(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
    Ok(match spec {
        LayerSpec::Dense(spec) => Box::new(Dense::new(spec, rng)),
        LayerSpec::Relu => elementwise(|x| x.max(0.0)),
        LayerSpec::Sigmoid => elementwise(sigmoid),
        LayerSpec::Tanh => elementwise(f32::tanh),
        LayerSpec::Softmax => rowwise(softmax),
        LayerSpec::Flatten => whole(flatten),
        LayerSpec::Conv2d(spec) => Box::new(Conv2d::new(spec, rng)?),
        LayerSpec::MaxPool2d(spec) => pool(spec, largest)?,
        LayerSpec::AveragePool2d(spec) => pool(spec, mean)?,
        _ => return Err(Fault::unsupported("a layer of a later milestone")),
    })
}

/// 1 / (1 + exp(-x))
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Softmax of one row, shifted by its largest element.
pub fn softmax(row: &mut [f32]) {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|x| *x = (*x - most).exp());
    let sum: f32 = row.iter().sum();
    row.iter_mut().for_each(|x| *x /= sum);
}

/// [N, ...] to [N, product of the rest].
fn flatten(input: &Tensor) -> Result<Tensor, Fault> {
    let Some((batch, rest)) = input.shape().split_first() else {
        return Err(Fault::shape_mismatch("flatten: a scalar has no batch"));
    };
    Tensor::new([*batch, rest.iter().product()], input.data().to_vec())
}
