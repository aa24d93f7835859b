//! The gradients of layers without parameters.

use tito_judge::{Draw, Exercise, Kind, audited, output_shape};
use tito_sandbox::{HostError, Layer};
use tito_tensor::Tensor;

use crate::shapes::shape;
use crate::{Context, milestone::Found};

/// Nearer to its kink than this nobody asks for ReLU's slope.
const KINK: f64 = 1.0 / 1024.0;

type Input = fn(&mut Draw, Vec<u32>) -> Tensor;

/// Every layer on tensors of several ranks.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/backward-activations");
    let layers: [(Layer, &[usize], Input); 7] = [
        (Layer::Relu, &[2, 1, 3, 4], off_the_kink),
        (Layer::Sigmoid, &[2, 1, 3, 4], |draw, shape| draw.uniforms(shape, 8.0)),
        (Layer::Tanh, &[2, 1, 3, 4], |draw, shape| draw.uniforms(shape, 4.0)),
        (Layer::Sigmoid, &[2], far),
        (Layer::Tanh, &[2], far),
        (Layer::Softmax, &[2, 2, 3, 1], |draw, shape| draw.normals(shape, 1.5)),
        (Layer::Flatten, &[3, 4], |draw, shape| draw.normals(shape, 1.0)),
    ];
    let cases =
        layers.iter().flat_map(|(layer, ranks, input)| ranks.iter().map(move |rank| (*layer, *rank, input)));
    let exercises: Vec<_> =
        cases.map(|(layer, rank, input)| audited(|| exercise(&mut draw, layer, rank, *input))).collect();
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

fn exercise(draw: &mut Draw, layer: Layer, rank: usize, input: Input) -> Exercise {
    let shape = shape(draw, rank);
    let image = input(draw, shape.clone());
    let gradient = draw.normals(output_shape(&layer, &image), 1.0);
    Exercise::backward(layer, Vec::new(), image, gradient, Kind::Random)
        .rehearsed(draw, |draw| input(draw, shape.clone()))
}

/// With some elements so far out that a careless exponential is infinite; their slope is 0.
fn far(draw: &mut Draw, shape: Vec<u32>) -> Tensor {
    Tensor::from_fn(shape, |_| match draw.below(4) {
        0 => draw.pick(&[-1e4, -120.0, 120.0, 1e4]),
        _ => draw.normal() as f32,
    })
}

fn off_the_kink(draw: &mut Draw, shape: Vec<u32>) -> Tensor {
    Tensor::from_fn(shape, |_| {
        let x = draw.normal();
        (x + KINK.copysign(x)) as f32
    })
}
