//! Where a window lies that moves over images: the arithmetic that convolution and pooling share.

use std::ops::Range;

use tinytorch::{Fault, Tensor};

/// A window that moves over images; every pair is (height, width).
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: [usize; 2],
    pub(crate) padding: [usize; 2],
}

/// A batch of images, and the places that the window has on each.
pub(crate) struct Sweep {
    pub(crate) images: usize,
    pub(crate) channels: usize,
    pub(crate) extents: [usize; 2],
    pub(crate) places: [usize; 2],
}

impl Window {
    /// A window of this kernel, stride and padding, as the contract gives them.
    pub(crate) fn new(
        layer: &str,
        kernel: (u32, u32),
        stride: (u32, u32),
        padding: (u32, u32),
    ) -> Result<Self, Fault> {
        let [kernel, stride, padding] =
            [kernel, stride, padding].map(|(height, width)| [height as usize, width as usize]);
        if kernel.contains(&0) || stride.contains(&0) {
            return Err(Fault::invalid_argument(format!("{layer}: kernel and stride must not be 0")));
        }
        Ok(Self { kernel, stride, padding })
    }

    /// How many elements it covers.
    pub(crate) fn area(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// The places on a batch [n, channels, height, width]: ⌊(extent + 2 padding − kernel) / stride⌋ + 1 along each axis.
    pub(crate) fn sweep(&self, layer: &str, input: &Tensor) -> Result<Sweep, Fault> {
        let &[images, channels, height, width] = input.shape() else {
            let found = input.shape();
            return Err(Fault::shape_mismatch(format!("{layer}: images wanted, shape {found:?} given")));
        };
        let [images, channels, height, width] = [images, channels, height, width].map(|e| e as usize);
        let extents = [height, width];
        let mut places = [0; 2];
        for axis in 0..2 {
            let padded = self.padding[axis].checked_mul(2).and_then(|both| both.checked_add(extents[axis]));
            let room = padded.and_then(|padded| padded.checked_sub(self.kernel[axis])).ok_or_else(|| {
                Fault::shape_mismatch(format!("{layer}: no place for the kernel in {:?}", input.shape()))
            })?;
            places[axis] = room / self.stride[axis] + 1;
        }
        Ok(Sweep { images, channels, extents, places })
    }

    /// The places along an axis from which the window's element `at` lies in the image, not in the padding.
    pub(crate) fn inside(&self, sweep: &Sweep, axis: usize, at: usize) -> Range<usize> {
        let (stride, padding, places) = (self.stride[axis], self.padding[axis], sweep.places[axis]);
        let start = padding.saturating_sub(at).div_ceil(stride).min(places);
        let end = (sweep.extents[axis] + padding).saturating_sub(at).div_ceil(stride).clamp(start, places);
        start..end
    }

    /// The places in the window, row by row.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = [usize; 2]> {
        let [height, width] = self.kernel;
        (0..height).flat_map(move |y| (0..width).map(move |x| [y, x]))
    }

    /// The weights of a kernel over these images: the channel and the place in the window.
    pub(crate) fn weights(&self, sweep: &Sweep) -> impl Iterator<Item = (usize, [usize; 2])> {
        (0..sweep.channels).flat_map(|channel| self.offsets().map(move |at| (channel, at)))
    }

    /// What the window's element `at` meets in the image, row by row of places: the elements of a plane, from the first to
    /// the last that is met, every `stride`-th of which belongs to one of the places.
    pub(crate) fn runs(
        &self,
        sweep: &Sweep,
        [at_y, at_x]: [usize; 2],
        mut visit: impl FnMut(Range<usize>, Range<usize>),
    ) {
        let inside = self.inside(sweep, 1, at_x);
        if inside.is_empty() {
            return;
        }
        let first = inside.start * self.stride[1] + at_x - self.padding[1];
        let length = (inside.len() - 1) * self.stride[1] + 1;
        for row in self.inside(sweep, 0, at_y) {
            let y = row * self.stride[0] + at_y - self.padding[0];
            let (seen, places) = (y * sweep.extents[1] + first, row * sweep.places[1]);
            visit(seen..seen + length, places + inside.start..places + inside.end);
        }
    }
}

impl Sweep {
    /// The shape of what has so many channels at every place.
    pub(crate) fn shape(&self, channels: usize) -> Vec<u32> {
        [self.images, channels, self.places[0], self.places[1]].map(|extent| extent as u32).into()
    }

    /// The places of one channel.
    pub(crate) fn sites(&self) -> usize {
        self.places[0] * self.places[1]
    }

    /// The elements of one channel of one image.
    pub(crate) fn plane(&self) -> usize {
        self.extents[0] * self.extents[1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_not_inside() {
        let window = Window::new("test", (1, 3), (1, 2), (0, 1)).unwrap();
        let sweep = window.sweep("test", &Tensor::zeros([1, 1, 1, 4])).unwrap();
        assert_eq!(sweep.places, [1, 2]);
        assert_eq!((0..3).map(|at| window.inside(&sweep, 1, at)).collect::<Vec<_>>(), [1..2, 0..2, 0..2]);
        let mut runs = Vec::new();
        window.offsets().for_each(|at| window.runs(&sweep, at, |seen, places| runs.push((seen, places))));
        assert_eq!(runs, [(1..2, 1..2), (0..3, 0..2), (1..4, 0..2)]);
    }

    #[test]
    fn a_kernel_that_does_not_fit_is_a_fault() {
        let window = Window::new("test", (3, 3), (1, 1), (0, 0)).unwrap();
        for shape in [vec![1, 1, 2, 5], vec![3, 3], vec![]] {
            let found = window.sweep("test", &Tensor::zeros(shape)).err();
            assert!(matches!(found, Some(Fault::ShapeMismatch(_))), "{found:?}");
        }
        assert!(Window::new("test", (0, 1), (1, 1), (0, 0)).is_err());
    }
}
