//! What goes wrong in flatten.

use tito_kernels::{Judged, Wide};
use tito_sandbox::Layer;
use tito_tensor::Shape;

use super::Misconception;
use crate::Case;

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "flatten-batch",
        advice: "The batch was flattened, too. The first axis stays: [N, ...] becomes [N, product of the rest].",
        answers: &[
            |case| reshaped(case, |elements| Shape::from([elements])),
            |case| reshaped(case, |elements| Shape::from([1, elements])),
        ],
    },
    Misconception {
        name: "flatten-column-major",
        advice: "The elements come in column-major order. Tensors are row-major, last axis fastest, so that \
                 flattening moves nothing.",
        answers: &[column_major],
    },
    Misconception {
        name: "flatten-channels-last",
        advice: "The channels come last. Images are [N, C, H, W], and flattening moves nothing: all of one channel comes \
                 before all of the next one.",
        answers: &[channels_last],
    },
];

fn input(case: &Case) -> Option<Wide> {
    if case.layers.as_slice() == [Layer::Flatten] { Some(Wide::from(&case.input)) } else { None }
}

fn reshaped(case: &Case, shape: impl Fn(u32) -> Shape) -> Option<Judged> {
    let input = input(case)?;
    let shape = shape(input.data().len() as u32);
    Some(Judged::exact(Wide::new(shape, input.data().to_vec()).ok()?))
}

/// Every example's elements with the first of its axes fastest.
fn column_major(case: &Case) -> Option<Judged> {
    let axes = input(case)?.shape().rank();
    reordered(case, (1..axes).rev())
}

/// Every image's elements with its first axis, that of channels, fastest, and the other two as they were.
fn channels_last(case: &Case) -> Option<Judged> {
    let axes = input(case)?.shape().rank();
    if axes < 3 { None } else { reordered(case, (2..axes).chain([1])) }
}

/// Every example's elements with its axes in this order.
fn reordered(case: &Case, order: impl Iterator<Item = usize>) -> Option<Judged> {
    let input = input(case)?;
    let extents = input.shape().extents();
    let order: Vec<usize> = order.collect();
    let other = Shape::new(order.iter().map(|&axis| extents[axis]).collect::<Vec<_>>());
    let size = other.elements()?;
    let offset = |at: usize| {
        let index = other.index_of(at % size.max(1));
        let of_axis = |axis| order.iter().position(|&other| other == axis).map_or(0, |place| index[place]);
        (1..extents.len())
            .fold(at / size.max(1), |sum, axis| sum * extents[axis] as usize + of_axis(axis) as usize)
    };
    let data = (0..input.data().len()).map(|at| input.data()[offset(at)]).collect();
    Some(Judged::exact(Wide::new([*extents.first()?, size as u32], data).ok()?))
}
