//! Softmax over the last axis, for moderate and for extreme logits.

use tito_judge::{Case, Draw, Kind, audited};
use tito_sandbox::{HostError, Layer};
use tito_tensor::Tensor;

use crate::shapes::shape;
use crate::{Context, milestone::Found};

/// Moderate logits in tensors of rank 1 to 3.
pub(super) fn rows(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/softmax");
    let mut case = |rank| {
        let shape = shape(&mut draw, rank);
        let input = draw.normals(shape, 2.0);
        Case::of_layer(Layer::Softmax, Vec::new(), input, Kind::Random).rehearsed(&mut draw)
    };
    let cases: Vec<_> = [2, 2, 3, 1, 2, 3, 2].map(|rank| audited(|| case(rank))).into();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// Rows around 1000, around -1000, with a spread of a hundred, and of ten thousand.
pub(super) fn shift(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/softmax-shift");
    let mut case = || Case::of_layer(Layer::Softmax, Vec::new(), extreme(&mut draw), Kind::Extreme);
    let cases: Vec<_> = (0..4).map(|_| audited(&mut case)).collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

fn extreme(draw: &mut Draw) -> Tensor {
    const ROWS: [(f64, f64); 6] =
        [(1_000.0, 2.0), (-1_000.0, 2.0), (0.0, 100.0), (0.0, 10_000.0), (90.0, 3.0), (0.0, 1.0)];
    let width = draw.pick(&[3u32, 5, 10]);
    let order = draw.permutation(ROWS.len());
    Tensor::from_fn([ROWS.len() as u32, width], |i| {
        let (center, deviation) = ROWS[order[i / width as usize]];
        (center + deviation * draw.normal()) as f32
    })
}
