//! Layer normalisation: every row by its own moments, and its gradients.

use tito_judge::{Case, Draw, Exercise, Kind, audited};
use tito_sandbox::{HostError, Layer, NormSpec};
use tito_tensor::Tensor;

use super::drawn;
use crate::{Context, milestone::Found};

/// Epsilons with deviations beside which they count.
const EPSILONS: [(f32, f64); 4] = [(1e-5, 0.01), (1e-3, 0.1), (0.1, 1.0), (0.5, 2.0)];

/// Shapes whose axes are all different.
const SHAPES: [&[u32]; 4] = [&[3, 5], &[2, 4, 7], &[3, 2, 16], &[2, 3, 4, 5]];

/// Rows with moments of their own, of several ranks.
pub(super) fn forward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/layer-norm");
    let mut cases: Vec<_> = settings()
        .map(|(epsilon, deviation, shape)| {
            audited(|| {
                let layer = layer(epsilon, shape);
                let parameters = drawn::parameters(&mut draw, &layer);
                let input = rows(&mut draw, shape, deviation, [0.5, 2.5]);
                Case::of_layer(layer, parameters, input, Kind::Random).rehearsed(&mut draw)
            })
        })
        .collect();
    cases.push(audited(|| far(&mut draw)));
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// So far from 0 that a variance that is the difference of two squares has lost its digits.
fn far(draw: &mut Draw) -> Case {
    let layer = layer(1e-3, &[3, 24]);
    let parameters = drawn::parameters(draw, &layer);
    let input = rows(draw, &[3, 24], 1.0, [300.0, 600.0]);
    Case::of_layer(layer, parameters, input, Kind::Random)
}

/// The gradients of the input, of gamma and of beta.
pub(super) fn backward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/backward-layer-norm");
    let exercises: Vec<_> = settings()
        .map(|(epsilon, deviation, shape)| {
            audited(|| {
                let layer = layer(epsilon, shape);
                let parameters = drawn::parameters(&mut draw, &layer);
                let input = |draw: &mut Draw| rows(draw, shape, deviation, [0.5, 2.5]);
                let (image, gradient) = (input(&mut draw), draw.normals(shape.to_vec(), 1.0));
                Exercise::backward(layer, parameters, image, gradient, Kind::Random)
                    .rehearsed(&mut draw, input)
            })
        })
        .collect();
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

fn settings() -> impl Iterator<Item = (f32, f64, &'static [u32])> {
    EPSILONS.into_iter().zip(SHAPES).map(|((epsilon, deviation), shape)| (epsilon, deviation, shape))
}

fn layer(epsilon: f32, shape: &[u32]) -> Layer {
    let features = *shape.last().expect("every shape here has a last axis");
    Layer::LayerNorm(NormSpec { features, epsilon })
}

/// Rows of which each lies somewhere else, so many deviations from 0, and is as wide as it likes: from a half of the deviation to
/// twice as much.
fn rows(draw: &mut Draw, shape: &[u32], deviation: f64, [near, far]: [f64; 2]) -> Tensor {
    let width = *shape.last().expect("every shape here has a last axis") as usize;
    let (mut center, mut spread) = (0.0, 0.0);
    Tensor::from_fn(shape.to_vec(), |at| {
        if at % width == 0 {
            spread = deviation * (0.5 + 1.5 * draw.uniform());
            center = spread * (near + (far - near) * draw.uniform()) * draw.pick(&[1.0, -1.0]);
        }
        (center + spread * draw.normal()) as f32
    })
}
