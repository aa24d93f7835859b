//! One f32 function applied to every element, vectorised and, where there is enough to do, on every core.

use pulp::Arch;
use rayon::prelude::*;
use tito_tensor::Tensor;

/// Elements a task: 64 KiB in and out, some microseconds of work, so that smaller tensors never pay for a thread.
const CHUNK: usize = 1 << 14;

/// The tensor with every element replaced by its image. `image` is compiled for the widest vectors of this
/// machine when it is inlined, so it should be free of calls and branches.
pub(crate) fn map(input: &Tensor, image: impl Fn(f32) -> f32 + Sync) -> Tensor {
    let mut output = vec![0.0; input.data().len()];
    let arch = Arch::new();
    each_chunk(&mut output, CHUNK, |at, chunk| {
        let source = &input.data()[at..at + chunk.len()];
        arch.dispatch(
            #[inline(always)]
            || chunk.iter_mut().zip(source).for_each(|(y, &x)| *y = image(x)),
        );
    });
    Tensor::new(input.shape().clone(), output).expect("the output has an element for every one of the input")
}

/// The tensor of images of two elements each, vectorised and shared out as [`map`]'s.
///
/// # Panics
///
/// If the shapes differ.
pub(crate) fn zip(left: &Tensor, right: &Tensor, image: impl Fn(f32, f32) -> f32 + Sync) -> Tensor {
    assert_eq!(left.shape(), right.shape(), "elements are taken two by two");
    let mut output = vec![0.0; left.data().len()];
    let arch = Arch::new();
    each_chunk(&mut output, CHUNK, |at, chunk| {
        let (left, right) = (&left.data()[at..][..chunk.len()], &right.data()[at..][..chunk.len()]);
        arch.dispatch(
            #[inline(always)]
            || chunk.iter_mut().zip(left.iter().zip(right)).for_each(|(y, (&a, &b))| *y = image(a, b)),
        );
    });
    Tensor::new(left.shape().clone(), output).expect("the output has an element for every two of the inputs")
}

/// Gives `work` every chunk of `data` with the offset it starts at: here if there is one, else on rayon's threads.
/// Chunks depend on nothing but the length, so results are the same for any number of threads.
pub(crate) fn each_chunk(data: &mut [f32], length: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
    if data.len() <= length {
        work(0, data);
    } else {
        data.par_chunks_mut(length).enumerate().for_each(|(i, chunk)| work(i * length, chunk));
    }
}
