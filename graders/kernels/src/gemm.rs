//! The matrix product in f32 on one thread: a safe edge around the `gemm` crate. Threads are the callers' business,
//! which cut the rows of a result so that no sum depends on how many threads there are.
//!
//! `gemm` was chosen by `graders/kernels/gemm-bench`, whose README has the figures: with its AVX-512 kernels it is
//! the fastest, or as fast as `faer`, on every shape, results of ten columns included, so that no dot kernel of our
//! own is needed for those. `matrixmultiply` is at 0.7 to 0.9 of it; `faer` costs minutes of CPU to build. It takes
//! any strides, so a transposed operand costs no copy.

use gemm::Parallelism;
use ndarray::{ArrayView2, ArrayViewMut2};

/// Adds the product `a · b` to `c`.
///
/// # Shapes
///
/// - `a`: `[m, k]`, `b`: `[k, n]`, `c`: `[m, n]`, each with any strides
///
/// # Panics
///
/// If the shapes do not meet.
#[rustfmt::skip]
pub fn accumulate(a: &ArrayView2<'_, f32>, b: &ArrayView2<'_, f32>, c: &mut ArrayViewMut2<'_, f32>) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert_eq!(b.nrows(), k, "the rows of b are the columns of a");
    assert_eq!(c.dim(), (m, n), "c has the rows of a and the columns of b");
    let [a_row, a_column] = strides(a.strides());
    let [b_row, b_column] = strides(b.strides());
    let [c_row, c_column] = strides(c.strides());
    let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    // The distance of columns comes before that of rows; the two ones are the factors of `c` and of the product.
    //
    // SAFETY: each view may read, and `c` may write, all its elements at these strides, and `c` is borrowed
    // exclusively, so that it overlaps neither operand nor itself.
    unsafe {
        gemm::gemm(
            m, n, k,
            c, c_column, c_row, true,
            a, a_column, a_row,
            b, b_column, b_row,
            1.0, 1.0, false, false, false, Parallelism::None,
        );
    }
}

/// These numbers as a row-major matrix.
///
/// # Panics
///
/// If there are not as many.
pub(crate) fn matrix(data: &[f32], rows: usize, columns: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((rows, columns), data).expect("the extents are those of the data")
}

/// The same, to be changed.
pub(crate) fn matrix_mut(data: &mut [f32], rows: usize, columns: usize) -> ArrayViewMut2<'_, f32> {
    ArrayViewMut2::from_shape((rows, columns), data).expect("the extents are those of the data")
}

/// How many elements apart rows are, and columns.
fn strides(view: &[isize]) -> [isize; 2] {
    [view[0], view[1]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array, s};

    #[test]
    fn operands_may_have_any_strides() {
        let (a, b) = (array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], array![[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
        let check = |a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, expected: Array2<f32>| {
            let mut c = Array2::ones(expected.dim());
            accumulate(&a, &b, &mut c.view_mut());
            assert_eq!(c, &expected + 1.0);
            let mut transposed = Array2::ones(expected.t().dim());
            accumulate(&a, &b, &mut transposed.view_mut().reversed_axes());
            assert_eq!(transposed.t(), &expected + 1.0);
        };
        check(a.view(), b.view(), array![[4.0, 5.0], [10.0, 11.0]]);
        check(b.t(), a.t(), array![[4.0, 10.0], [5.0, 11.0]]);
        check(a.t(), a.view(), array![[17.0, 22.0, 27.0], [22.0, 29.0, 36.0], [27.0, 36.0, 45.0]]);
        check(a.slice(s![.., ..;-1]), b.view(), array![[4.0, 3.0], [10.0, 9.0]]);
    }
}
