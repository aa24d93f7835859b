//! Batch normalisation: by the batch's moments in training, by the running ones in inference, and its gradients.
//!
//! What the contract leaves open is not asked: by how much a batch moves the running moments, and whether the running
//! variance is the biased one.

use tito_judge::{Draw, Exercise, Kind, audited, compare};
use tito_sandbox::{HostError, Layer, NormSpec};
use tito_tensor::Tensor;

use crate::{Context, milestone::Found};

/// How often a batch is seen before its moments are the running ones, whatever part of them a batch moves: one of a
/// hundredth, the smallest that is common, leaves 0.99^1500 = 3e-7 of where they began.
const TIMES: usize = 1_500;

/// Epsilons with deviations beside which they count.
const EPSILONS: [(f32, f64); 4] = [(1e-5, 0.05), (1e-3, 0.1), (0.1, 1.0), (0.5, 2.0)];

/// How many deviations channels lie from 0.
const NEAR: [f64; 2] = [0.5, 2.5];

/// So far from 0 that a variance that is the difference of two squares has lost its digits. What comes back from there has
/// lost others, so that only the way forward is asked.
const FAR: [f64; 2] = [300.0, 600.0];

/// The answer in training, and the gradients.
pub(super) fn training(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/batch-norm2d");
    let mut exercises = Vec::new();
    for (at, &(epsilon, deviation)) in EPSILONS.iter().enumerate() {
        let features = [2, 3, 1, 5][at];
        let (layer, shape) = (layer(features, epsilon), [3, features, 2 + at as u32, 5]);
        exercises.push(forward(&mut draw, layer, shape, (deviation, NEAR)));
        exercises.push(audited(|| {
            let (parameters, centers) = drawn(&mut draw, features, deviation, NEAR);
            let image = batch(&mut draw, shape, &centers, deviation);
            let gradient = draw.normals(shape, 1.0);
            Exercise::backward(layer, parameters, image, gradient, Kind::Random)
                .rehearsed(&mut draw, |draw| batch(draw, shape, &centers, deviation))
        }));
    }
    exercises.push(forward(&mut draw, layer(4, 1e-2), [3, 4, 5, 6], (1.0, FAR)));
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

fn forward(
    draw: &mut Draw,
    layer: Layer,
    shape: [u32; 4],
    (deviation, distances): (f64, [f64; 2]),
) -> Exercise {
    audited(|| {
        let (parameters, centers) = drawn(draw, shape[1], deviation, distances);
        let input = |draw: &mut Draw| batch(draw, shape, &centers, deviation);
        Exercise::training(layer, parameters, input(draw)).rehearsed(draw, input)
    })
}

/// The answer in inference to other images, once many batches were the same.
pub(super) fn inference(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/batch-norm2d-inference");
    let exercises = [(2, 0.1), (3, 1e-3), (1, 0.5)].map(|(features, epsilon)| {
        audited(|| {
            let (parameters, centers) = drawn(&mut draw, features, 1.0, NEAR);
            let trained = batch(&mut draw, [3, features, 3, 4], &centers, 1.5);
            let input = draw.normals([2, features, 3, 3], 1.0);
            Exercise::inference(layer(features, epsilon), parameters, trained, TIMES, input)
        })
    });
    // Either running variance is right.
    let judge = |exercise: &Exercise, outcome: &_| {
        compare(exercise, outcome)
            .or_else(|failure| compare(&exercise.clone().unbiased(), outcome).map_err(|_| failure))
    };
    Ok(Found::Cases(context.examiner().ask_each_by(&exercises, Exercise::ask, judge)?))
}

fn layer(features: u32, epsilon: f32) -> Layer {
    Layer::BatchNorm2d(NormSpec { features, epsilon })
}

/// Gamma and beta, and where the channels of images lie: so many deviations from 0, and as far from each other.
fn drawn(draw: &mut Draw, features: u32, deviation: f64, [near, far]: [f64; 2]) -> (Vec<Tensor>, Vec<f64>) {
    let gamma = Tensor::from_fn([features], |_| {
        let size = 0.5 + draw.uniform();
        (size * draw.pick(&[1.0, -1.0])) as f32
    });
    let centers = (0..features).map(|_| {
        let distance = near + (far - near) * draw.uniform();
        deviation * distance * draw.pick(&[1.0, -1.0])
    });
    let centers = centers.collect();
    (vec![gamma, draw.normals([features], 1.0)], centers)
}

fn batch(draw: &mut Draw, shape: [u32; 4], centers: &[f64], deviation: f64) -> Tensor {
    let plane = (shape[2] * shape[3]) as usize;
    Tensor::from_fn(shape, |at| (centers[at / plane % centers.len()] + deviation * draw.normal()) as f32)
}
