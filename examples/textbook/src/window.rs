//! Sizes of images and of what a window makes of them.

use tinytorch::{Fault, Tensor};

/// The extents of a batch [n, channels, height, width].
pub(crate) fn images(layer: &str, input: &Tensor) -> Result<[u32; 4], Fault> {
    match *input.shape() {
        [count, channels, height, width] => Ok([count, channels, height, width]),
        _ => {
            let found = input.shape();
            Err(Fault::shape_mismatch(format!("{layer}: images wanted, shape {found:?} given")))
        }
    }
}

/// How often a kernel fits into an extent: ⌊(extent + 2 padding − kernel) / stride⌋ + 1.
pub(crate) fn places(layer: &str, extent: u32, kernel: u32, stride: u32, padding: u32) -> Result<u32, Fault> {
    if kernel == 0 || stride == 0 {
        return Err(Fault::invalid_argument(format!("{layer}: kernel and stride must not be 0")));
    }
    let padded = extent + 2 * padding;
    if padded < kernel {
        return Err(Fault::shape_mismatch(format!("{layer}: no place for a kernel of {kernel} in {padded}")));
    }
    Ok((padded - kernel) / stride + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_more_is_worth_a_whole_stride() {
        for ((extent, kernel, stride, padding), expected) in
            [((5, 3, 1, 0), 3), ((5, 3, 2, 0), 2), ((6, 3, 2, 0), 2), ((6, 3, 2, 1), 3), ((2, 3, 1, 1), 2)]
        {
            assert_eq!(places("test", extent, kernel, stride, padding), Ok(expected));
        }
        assert!(places("test", 2, 3, 1, 0).is_err() && places("test", 2, 1, 0, 0).is_err());
    }
}
