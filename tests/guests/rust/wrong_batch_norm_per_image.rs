//! Batch normalisation takes the moments of every image by itself, as instance normalisation does.
//!
//! expect: fails batch-norm2d
//! expect: told batch-norm-per-image

use guests::learning::{BatchNorm2d, taught};
use guests::{LayerSpec, Tensor, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::BatchNorm2d(norm) => Ok(Box::new(BatchNorm2d { answer, ..BatchNorm2d::new(norm) })),
    _ => taught(spec, rng),
});

fn answer(norm: &BatchNorm2d, input: &Tensor, mut answer: Tensor) -> Tensor {
    let plane = input.shape()[2..].iter().product::<u32>() as usize;
    let planes = input.data().chunks(plane).zip(answer.data_mut().chunks_mut(plane));
    for (at, (x, y)) in planes.enumerate() {
        let [mean, variance] = BatchNorm2d::moments(x);
        let [gamma, beta] = [0, 1].map(|it| norm.parameters[it].data()[at % norm.running.len()]);
        let scale = gamma / (variance + norm.epsilon).sqrt();
        y.iter_mut().zip(x).for_each(|(y, x)| *y = scale * (x - mean) + beta);
    }
    answer
}
