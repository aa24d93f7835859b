//! Where a window lies that moves over images: the arithmetic that convolution and pooling share.

use std::ops::Range;

use tito_tensor::Shape;

use crate::ShapeError;

/// A window that moves over images; every pair is (height, width).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The window's extents.
    pub kernel: [u32; 2],
    /// How far it moves at a time.
    pub stride: [u32; 2],
    /// What is put around the image on every side.
    pub padding: [u32; 2],
}

impl Window {
    /// How many places there are along height and width: `⌊(extent + 2 · padding − kernel) / stride⌋ + 1`; `None` where
    /// the window does not fit, has no extent, or does not move.
    pub fn places(&self, extents: [u32; 2]) -> Option<[u32; 2]> {
        let along = |axis: usize| {
            let [kernel, stride, padding] = [self.kernel[axis], self.stride[axis], self.padding[axis]];
            let padded = extents[axis].checked_add(padding.checked_mul(2)?)?;
            let room = padded.checked_sub(kernel).filter(|_| kernel > 0 && stride > 0)?;
            Some(room / stride + 1)
        };
        Some([along(0)?, along(1)?])
    }

    /// The elements that the window sees along `axis` from place `place` of an image with this extent: the offset in
    /// the window, and that in the image. What lies in the padding is left out.
    pub(crate) fn seen(
        &self,
        axis: usize,
        place: usize,
        extent: usize,
    ) -> impl Iterator<Item = (usize, usize)> {
        let start = place * self.stride[axis] as usize;
        let padding = self.padding[axis] as usize;
        (0..self.kernel[axis] as usize)
            .filter_map(move |at| Some((at, (start + at).checked_sub(padding).filter(|&at| at < extent)?)))
    }

    /// The places along `axis`, of the first `places`, from which the window's element `at` meets an image with this
    /// extent.
    pub(crate) fn inside(&self, axis: usize, at: usize, extent: usize, places: usize) -> Range<usize> {
        let (stride, padding) = (self.stride[axis] as usize, self.padding[axis] as usize);
        // The first place whose element is not before the image, and the first whose element is behind it.
        let start = padding.saturating_sub(at).div_ceil(stride).min(places);
        let end = (extent + padding).saturating_sub(at).div_ceil(stride).clamp(start, places);
        start..end
    }

    /// How many elements it covers.
    pub(crate) fn area(&self) -> usize {
        self.kernel[0] as usize * self.kernel[1] as usize
    }

    /// The most windows that one element of an image can be in.
    pub(crate) fn overlap(&self) -> usize {
        let along = |axis: usize| self.kernel[axis].div_ceil(self.stride[axis]) as usize;
        along(0) * along(1)
    }
}

/// A window over a batch of images whose shapes meet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sweep {
    pub(crate) window: Window,
    pub(crate) images: usize,
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) places: [usize; 2],
}

impl Sweep {
    /// Over images `[n, channels, height, width]`.
    pub(crate) fn new(operation: &'static str, input: &Shape, window: Window) -> Result<Self, ShapeError> {
        let &[images, channels, height, width] = input.extents() else {
            return Err(ShapeError::Images { operation, input: input.clone() });
        };
        let unfit = || ShapeError::Window { operation, input: input.clone(), window };
        let places = window.places([height, width]).ok_or_else(unfit)?.map(|places| places as usize);
        let [images, channels, height, width] =
            [images, channels, height, width].map(|extent| extent as usize);
        Ok(Self { window, images, channels, height, width, places })
    }

    /// The shape of what has so many channels at every place.
    pub(crate) fn output(&self, operation: &'static str, channels: usize) -> Result<Shape, ShapeError> {
        let extents = [self.images, channels, self.places[0], self.places[1]];
        // Each was a u32 before.
        let output = Shape::from(extents.map(|extent| extent as u32));
        match output.elements() {
            Some(_) => Ok(output),
            None => Err(ShapeError::Uncountable { operation, input: self.input() }),
        }
    }

    pub(crate) fn input(&self) -> Shape {
        Shape::from([self.images, self.channels, self.height, self.width].map(|extent| extent as u32))
    }

    /// The elements of one channel of one image.
    pub(crate) fn plane(&self) -> usize {
        self.height * self.width
    }

    /// The places in one channel of one image.
    pub(crate) fn sites(&self) -> usize {
        self.places[0] * self.places[1]
    }

    /// The places of a row from which the window's column `at` sees the image.
    pub(crate) fn along(&self, at: usize) -> Range<usize> {
        self.window.inside(1, at, self.width, self.places[1])
    }

    /// What the window sees from the site with row-major offset `site`: the offset in the window, and that in the
    /// plane.
    pub(crate) fn seen(&self, site: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let (y, x) = (site / self.places[1], site % self.places[1]);
        self.window.seen(0, y, self.height).flat_map(move |(at_y, y)| {
            self.window
                .seen(1, x, self.width)
                .map(move |(at_x, x)| (at_y * self.window.kernel[1] as usize + at_x, y * self.width + x))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(extent: u32, [kernel, stride, padding]: [u32; 3], places: Option<u32>) {
        let window = Window { kernel: [kernel, 1], stride: [stride, 1], padding: [padding, 0] };
        assert_eq!(window.places([extent, 5]), places.map(|places| [places, 5]), "{extent} {window:?}");
    }

    #[test]
    fn places_are_counted_as_the_contract_says() {
        check(5, [3, 1, 0], Some(3));
        check(5, [3, 2, 0], Some(2));
        check(6, [3, 2, 0], Some(2));
        check(6, [3, 2, 1], Some(3));
        check(3, [3, 7, 0], Some(1));
        check(2, [3, 1, 0], None);
        check(2, [3, 1, 1], Some(2));
        check(0, [1, 1, 0], None);
        check(0, [1, 1, 1], Some(2));
        check(5, [0, 1, 0], None);
        check(5, [3, 0, 0], None);
        check(u32::MAX, [1, 1, 1], None);
        check(5, [1, 1, u32::MAX], None);
    }

    #[test]
    fn what_lies_in_the_padding_is_not_seen() {
        let window = Window { kernel: [1, 3], stride: [1, 2], padding: [0, 1] };
        let seen = |place| window.seen(1, place, 4).collect::<Vec<_>>();
        assert_eq!(seen(0), [(1, 0), (2, 1)]);
        assert_eq!(seen(1), [(0, 1), (1, 2), (2, 3)]);
        assert_eq!(window.overlap(), 2);
    }
}
