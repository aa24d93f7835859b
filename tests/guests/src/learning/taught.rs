//! The right layers of milestones 1 to 4, each with its way back.

use tinytorch::{Fault, Layer, LayerSpec, Rng};

use super::{
    BatchNorm2d, Dropout, WayBack, average_pool_slopes, conv2d_slopes, curve_slopes, dense_slopes,
    flatten_slopes, max_pool_slopes, softmax_slopes,
};
use crate::right;

/// The right layer of this description.
///
/// # Errors
///
/// [`Fault::Unsupported`] for layers of milestone 5, and what a layer of these says that cannot be.
pub fn taught(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
    match *spec {
        LayerSpec::BatchNorm2d(spec) => return Ok(Box::new(BatchNorm2d::new(&spec))),
        LayerSpec::Dropout(probability) => return Ok(Box::new(Dropout::new(probability, rng)?)),
        _ => {}
    }
    let layer = right(spec, rng)?;
    Ok(match *spec {
        LayerSpec::Dense(spec) => WayBack::boxed(layer, move |pass| Ok(dense_slopes(&spec, pass))),
        LayerSpec::Relu => curve(layer, |x, _| if x > 0.0 { 1.0 } else { 0.0 }),
        LayerSpec::Sigmoid => curve(layer, |_, y| y * (1.0 - y)),
        LayerSpec::Tanh => curve(layer, |_, y| 1.0 - y * y),
        LayerSpec::Softmax => WayBack::boxed(layer, |pass| Ok(softmax_slopes(pass))),
        LayerSpec::Flatten => WayBack::boxed(layer, flatten_slopes),
        LayerSpec::Conv2d(spec) => WayBack::boxed(layer, move |pass| conv2d_slopes(&spec, pass)),
        LayerSpec::MaxPool2d(spec) => WayBack::boxed(layer, move |pass| max_pool_slopes(&spec, pass)),
        LayerSpec::AveragePool2d(spec) => WayBack::boxed(layer, move |pass| average_pool_slopes(&spec, pass)),
        _ => layer,
    })
}

/// A layer that applies a curve, with the curve's slope, given x and y.
pub fn curve(layer: Box<dyn Layer>, slope: fn(f32, f32) -> f32) -> Box<dyn Layer> {
    WayBack::boxed(layer, move |pass| Ok(curve_slopes(pass, slope)))
}
