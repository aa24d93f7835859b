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
    let input = input(case)?;
    let (&batch, axes) = input.shape().extents().split_first()?;
    let reversed = Shape::new(axes.iter().rev().copied().collect::<Vec<_>>());
    let size = reversed.elements()?;
    let offset = |at: usize| {
        let index = reversed.index_of(at % size);
        let row_major = index.iter().rev().zip(axes).fold(0, |sum, (&i, &extent)| sum * extent + i);
        at / size * size + row_major as usize
    };
    let data = (0..input.data().len()).map(|at| input.data()[offset(at)]).collect();
    Some(Judged::exact(Wide::new([batch, size as u32], data).ok()?))
}
