//! GELU in its exact form, and its gradient.

use tito_judge::{Case, Draw, Exercise, Kind, audited};
use tito_sandbox::{HostError, Layer};
use tito_tensor::Tensor;

use crate::{Context, milestone::Found, shapes::shape};

/// Tensors of every rank, where the curve bends and far out.
pub(super) fn forward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/gelu");
    let cases: Vec<_> = settings()
        .map(|(rank, kind)| {
            audited(|| {
                let shape = shape(&mut draw, rank);
                let input = numbers(&mut draw, kind, &shape);
                Case::of_layer(Layer::Gelu, Vec::new(), input, kind).rehearsed(&mut draw)
            })
        })
        .collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// The same for the gradient.
pub(super) fn backward(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/backward-gelu");
    let exercises: Vec<_> = settings()
        .map(|(rank, kind)| {
            audited(|| {
                let shape = shape(&mut draw, rank);
                let input = numbers(&mut draw, kind, &shape);
                let gradient = draw.normals(shape.clone(), 1.0);
                Exercise::backward(Layer::Gelu, Vec::new(), input, gradient, kind)
                    .rehearsed(&mut draw, |draw| draw.normals(shape.clone(), 1.0))
            })
        })
        .collect();
    Ok(Found::Cases(context.examiner().ask_each(&exercises, Exercise::ask)?))
}

fn settings() -> impl Iterator<Item = (usize, Kind)> {
    [(1, Kind::Random), (2, Kind::Random), (3, Kind::Random), (4, Kind::Random), (2, Kind::Extreme)]
        .into_iter()
}

fn numbers(draw: &mut Draw, kind: Kind, shape: &[u32]) -> Tensor {
    Tensor::from_fn(shape.to_vec(), |_| match kind {
        Kind::Extreme if draw.below(3) == 0 => draw.pick(&[-1e4, -120.0, -14.0, 14.0, 120.0, 1e4]),
        _ => (2.0 * draw.normal()) as f32,
    })
}
