//! What the two kinds of pooling share: every channel of every image by itself, a line of a window at a time.

use std::ops::Range;

use rayon::prelude::*;
use tito_tensor::{Shape, Tensor};

use crate::{ShapeError, Window, window::Sweep};

/// Pooling whose shapes meet.
pub(crate) struct Pool {
    pub(crate) sweep: Sweep,
    pub(crate) output: Shape,
    /// The places of a row from which each column of the window sees the image.
    along: Vec<Range<usize>>,
}

/// What one element of the window sees along one row of places.
pub(crate) struct Line {
    /// The offset of the first element in the plane, and of the last.
    first: usize,
    last: usize,
    /// How far apart they are.
    pub(crate) stride: usize,
    /// The offset of the place that sees the first, and how many there are.
    place: usize,
    count: usize,
}

impl Line {
    /// Where the elements are, every [`stride`](Self::stride)th of them.
    pub(crate) fn elements(&self) -> Range<usize> {
        self.first..self.last + 1
    }

    /// The places that see them.
    pub(crate) fn places(&self) -> Range<usize> {
        self.place..self.place + self.count
    }
}

impl Pool {
    pub(crate) fn new(operation: &'static str, input: &Shape, window: Window) -> Result<Self, ShapeError> {
        let sweep = Sweep::new(operation, input, window)?;
        let along = (0..window.kernel[1] as usize).map(|at| sweep.along(at)).collect();
        Ok(Self { sweep, output: sweep.output(operation, sweep.channels)?, along })
    }

    /// How many planes there are: the channels of all images.
    pub(crate) fn planes(&self) -> usize {
        self.sweep.images * self.sweep.channels
    }

    /// Every place in the output's order: its plane, and its offset there.
    pub(crate) fn sites(&self) -> impl Iterator<Item = (usize, usize)> {
        let sites = self.sweep.sites();
        (0..self.planes()).flat_map(move |plane| (0..sites).map(move |site| (plane, site)))
    }

    pub(crate) fn plane_of<'a>(&self, input: &'a Tensor, plane: usize) -> &'a [f32] {
        &input.data()[plane * self.sweep.plane()..][..self.sweep.plane()]
    }

    /// Gives `work` every plane of `data`, each of so many elements, on rayon's threads.
    pub(crate) fn each_plane(
        &self,
        data: &mut [f32],
        elements: usize,
        work: impl Fn(usize, &mut [f32]) + Sync,
    ) {
        if elements > 0 {
            data.par_chunks_exact_mut(elements).enumerate().for_each(|(plane, data)| work(plane, data));
        }
    }

    /// Tells what each element of the window sees along each row of places of a plane.
    pub(crate) fn each_line(&self, mut tell: impl FnMut(Line)) {
        let Sweep { window, height, width, places, .. } = self.sweep;
        let stride = window.stride[1] as usize;
        for row in 0..places[0] {
            for (_, y) in window.seen(0, row, height) {
                for (at, seen) in self.along.iter().enumerate().filter(|(_, seen)| !seen.is_empty()) {
                    let column = |place: usize| place * stride + at - window.padding[1] as usize;
                    let (first, last) = (column(seen.start), column(seen.end - 1));
                    tell(Line {
                        first: y * width + first,
                        last: y * width + last,
                        stride,
                        place: row * places[1] + seen.start,
                        count: seen.len(),
                    });
                }
            }
        }
    }
}
