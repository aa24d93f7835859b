//! What fast convolutions may be off, which have fewer multiplications than the definition.

use tito_kernels::{Judged, bound};
use tito_sandbox::Conv2dSpec;

use crate::Kind;

/// Whether a convolution may be done by Winograd's algorithm, which is less exact.
pub fn may_be_fast(spec: &Conv2dSpec) -> bool {
    matches!(spec.kernel, (3, 3) | (5, 5)) && spec.stride == (1, 1)
}

/// Fast convolutions of 3x3 and 5x5 are right: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016. F(4x4, 3x3)
/// makes 4x4 places at a time of all that the sixteen see together, so that each is off by roundings of what its neighbours
/// up to three places away see, ten times as many of them; and its factors of 1/6 and 1/24 leave no integer exact, but each
/// nearer to the right one than to any other. F(2x2, 5x5) multiplies the same tiles of 6x6.
///
/// # Panics
///
/// If it is not images that are expected.
pub fn allow_fast(expected: &mut Judged, kind: Kind) {
    if kind == Kind::Random {
        expected.gauge = over_tiles(expected).into_iter().map(|gauge| FAST * gauge).collect();
        return;
    }
    expected.terms = FAST_TERMS;
    let unit = bound(FAST_TERMS, 1.0);
    expected.gauge = vec![0.25 / unit; expected.gauge.len()];
}

/// How much more than a plain sum a fast convolution may be off.
pub(crate) const FAST: f64 = 10.0;

/// Any number will do: the gauge makes a quarter of it.
const FAST_TERMS: usize = 9;

/// For every place the largest gauge of those around it.
fn over_tiles(expected: &Judged) -> Vec<f64> {
    let &[_, _, height, width] = expected.value.shape().extents() else {
        unreachable!("an answer is images")
    };
    let (height, width) = (height as usize, width as usize);
    let around = |at: usize, extent: usize| at.saturating_sub(3)..(at + 4).min(extent);
    let largest = |at: usize| {
        let (plane, y, x) = (at / width / height, at / width % height, at % width);
        let places =
            around(y, height).flat_map(|y| around(x, width).map(move |x| (plane * height + y) * width + x));
        places.map(|place| expected.gauge[place]).fold(0.0, f64::max)
    };
    (0..expected.gauge.len()).map(largest).collect()
}
