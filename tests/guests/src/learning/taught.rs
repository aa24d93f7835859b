//! The right layers of milestones 1 to 4, each with its way back.

use tinytorch::{Fault, Layer, LayerSpec, Rng};

use super::{
    BatchNorm2d, Dropout, Pass, Slopes, WayBack, average_pool_slopes, conv2d_slopes, convolved::convolved,
    curve_slopes, dense_slopes, flatten_slopes, max_pool_slopes, softmax_slopes,
};
use crate::{Conv2d, right};

/// The right layer of this description.
///
/// # Errors
///
/// [`Fault::Unsupported`] for layers of milestone 5, and what a layer of these says that cannot be.
pub fn taught(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
    Ok(match *spec {
        LayerSpec::BatchNorm2d(spec) => Box::new(BatchNorm2d::new(&spec)),
        LayerSpec::Dropout(probability) => Box::new(Dropout::new(probability, rng)?),
        _ => Box::new(way_back(spec, rng)?),
    })
}

/// The right layer of milestone 1 or 2, whose way back may be replaced.
///
/// # Errors
///
/// As [`right`].
pub fn way_back(spec: &LayerSpec, rng: &mut Rng) -> Result<WayBack, Fault> {
    let (layer, spec) = (forward(spec, rng)?, *spec);
    Ok(WayBack::new(layer, move |pass| slopes(&spec, pass)))
}

/// The right layer of milestone 1 or 2, whose slopes are changed.
///
/// # Errors
///
/// As [`right`].
pub fn bent(
    spec: &LayerSpec,
    rng: &mut Rng,
    change: impl Fn(&Pass, &mut Slopes) + 'static,
) -> Result<Box<dyn Layer>, Fault> {
    let (layer, spec) = (forward(spec, rng)?, *spec);
    Ok(WayBack::boxed(layer, move |pass| {
        let mut slopes = slopes(&spec, pass)?;
        change(pass, &mut slopes);
        Ok(slopes)
    }))
}

/// The right layer of milestone 1 or 2, without a way back.
fn forward(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
    match spec {
        LayerSpec::Conv2d(spec) => Conv2d::computing(spec, rng, convolved),
        _ => right(spec, rng),
    }
}

/// The right slopes of a layer of milestone 1 or 2.
///
/// # Errors
///
/// As those of the layer.
pub fn slopes(spec: &LayerSpec, pass: &Pass) -> Result<Slopes, Fault> {
    Ok(match spec {
        LayerSpec::Dense(spec) => dense_slopes(spec, pass),
        LayerSpec::Relu => curve_slopes(pass, |x, _| if x > 0.0 { 1.0 } else { 0.0 }),
        LayerSpec::Sigmoid => curve_slopes(pass, |_, y| y * (1.0 - y)),
        LayerSpec::Tanh => curve_slopes(pass, |_, y| 1.0 - y * y),
        LayerSpec::Softmax => softmax_slopes(pass),
        LayerSpec::Flatten => flatten_slopes(pass)?,
        LayerSpec::Conv2d(spec) => conv2d_slopes(spec, pass)?,
        LayerSpec::MaxPool2d(spec) => max_pool_slopes(spec, pass)?,
        LayerSpec::AveragePool2d(spec) => average_pool_slopes(spec, pass)?,
        _ => return Err(Fault::unsupported("the slopes of a layer of a later milestone")),
    })
}

/// A layer that applies a curve, with the curve's slope, given x and y.
pub fn curve(layer: Box<dyn Layer>, slope: fn(f32, f32) -> f32) -> Box<dyn Layer> {
    WayBack::boxed(layer, move |pass| Ok(curve_slopes(pass, slope)))
}
