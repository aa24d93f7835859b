//! The layout in which convolution and its gradients run along memory: images in planes, with their padding around them.
//!
//! What lies `stride` apart in an image is put side by side, in a plane for each phase of the stride. There the windows of
//! consecutive places see consecutive elements, whatever the stride, and every element of the kernel is at a distance of
//! its own from a place. Small images have rows shorter than vectors: they are interleaved, so that vectors run across
//! images.

use std::ops::Range;

use crate::window::{Sweep, Window};

/// Rows of places are cut into pieces of so many elements, which any vector divides.
pub(crate) const PIECE: usize = 16;

/// The planes of images with so many channels.
pub(crate) struct Planes {
    channels: usize,
    /// The elements of one channel of an image.
    channel: usize,
    /// The elements of one channel's planes.
    pub(crate) plane: usize,
    /// How far rows are apart in a plane.
    pub(crate) pitch: usize,
    patches: Vec<Patch>,
}

/// A lattice of a channel's elements, and where it is in a plane.
pub(crate) struct Patch {
    /// The first of them in the channel, and how far apart they are along the columns and along a row.
    pub(crate) first: usize,
    pub(crate) apart: [usize; 2],
    pub(crate) extents: [usize; 2],
    /// Where the first is in the plane, and how far rows are apart there.
    pub(crate) at: usize,
    pub(crate) pitch: usize,
}

impl Patch {
    /// Puts the elements of so many images, which are so far apart, in their interleaved planes. Row by row, so that what is
    /// written to stays in the cache.
    fn put(&self, data: &[f32], (images, image): (usize, usize), planes: &mut [f32]) {
        let ([down, across], columns) = (self.apart, self.extents[1]);
        for (row, of) in (0..self.extents[0]).flat_map(|row| (0..images).map(move |of| (row, of))) {
            let from = &data[of * image + self.first + row * down..];
            let to = &mut planes[(self.at + row * self.pitch) * images..];
            if images == 1 && across == 1 {
                to[..columns].copy_from_slice(&from[..columns]);
            } else if images == PIECE {
                let to = &mut to.as_chunks_mut::<PIECE>().0[..columns];
                to.iter_mut().zip(from.iter().step_by(across)).for_each(|(to, from)| to[of] = *from);
            } else {
                let pairs = to[of..].iter_mut().step_by(images).zip(from.iter().step_by(across));
                pairs.take(columns).for_each(|(to, from)| *to = *from);
            }
        }
    }

    /// Takes them out again.
    pub(crate) fn take(&self, planes: &[f32], (images, image): (usize, usize), data: &mut [f32]) {
        let ([down, across], columns) = (self.apart, self.extents[1]);
        for (row, of) in (0..self.extents[0]).flat_map(|row| (0..images).map(move |of| (row, of))) {
            let to = &mut data[of * image + self.first + row * down..];
            let from = &planes[(self.at + row * self.pitch) * images..];
            if images == 1 && across == 1 {
                to[..columns].copy_from_slice(&from[..columns]);
            } else if images == PIECE {
                let from = &from.as_chunks::<PIECE>().0[..columns];
                to.iter_mut().step_by(across).zip(from).for_each(|(to, from)| *to = from[of]);
            } else {
                let pairs = to.iter_mut().step_by(across).zip(from[of..].iter().step_by(images));
                pairs.take(columns).for_each(|(to, from)| *to = *from);
            }
        }
    }
}

impl Planes {
    /// Those of the images that a window moves over.
    pub(crate) fn of_images(sweep: &Sweep, pitch: usize) -> Self {
        let [down, along] = Axis::both(sweep);
        let plane = down.spread() * pitch;
        let patch = |phase: usize, [y, x]: [usize; 2]| {
            let (rows, columns) = (down.inside(y), along.inside(x));
            let first = |axis: &Axis, at: usize, phase: usize| at * axis.stride + phase - axis.padding;
            (!rows.is_empty() && !columns.is_empty()).then(|| Patch {
                first: first(&down, rows.start, y) * sweep.width + first(&along, columns.start, x),
                apart: [down.stride * sweep.width, along.stride],
                extents: [rows.len(), columns.len()],
                at: phase * plane + rows.start * pitch + columns.start,
                pitch,
            })
        };
        let phases = phases(sweep);
        let plane = plane * phases.len();
        let patches = phases.into_iter().enumerate().filter_map(|(at, phase)| patch(at, phase)).collect();
        Self { channels: sweep.channels, channel: sweep.plane(), plane, pitch, patches }
    }

    /// Those of the gradients of so many outputs, with what the gradients of images meet around them.
    pub(crate) fn of_gradients(sweep: &Sweep, outputs: usize, pitch: usize) -> Self {
        let [down, along] = Axis::both(sweep);
        let at = down.margin() * pitch + along.margin();
        // Behind the last place there are zeros up to the end of a piece, for sums over all pieces.
        let end = at + (sweep.places[0] - 1) * pitch + sweep.places[1] + PIECE - 1;
        let patch = Patch { first: 0, apart: [sweep.places[1], 1], extents: sweep.places, at, pitch };
        let plane = (down.gradients() * pitch).max(end);
        Self { channels: outputs, channel: sweep.sites(), plane, pitch, patches: vec![patch] }
    }

    /// The distance of rows that planes of images need.
    pub(crate) fn pitch_of_images(sweep: &Sweep) -> usize {
        let [_, along] = Axis::both(sweep);
        along.spread()
    }

    /// The distance of rows that both kinds of planes can have.
    pub(crate) fn common_pitch(sweep: &Sweep) -> usize {
        let [_, along] = Axis::both(sweep);
        along.spread().max(along.gradients())
    }

    /// The elements of the planes of so many images, and of what a vector may read behind them.
    pub(crate) fn elements(&self, images: usize) -> usize {
        self.start(images) + PIECE
    }

    /// Where the planes of an image begin, if it is the first of those that are interleaved.
    pub(crate) fn start(&self, image: usize) -> usize {
        image * self.channels * self.plane
    }

    /// Where the first patch is in a plane.
    pub(crate) fn origin(&self) -> usize {
        self.patches[0].at
    }

    /// The elements of one image.
    pub(crate) fn image(&self) -> usize {
        self.channels * self.channel
    }

    /// Puts some images, interleaved, in planes whose padding is zero already.
    pub(crate) fn put(&self, data: &[f32], images: usize, planes: &mut [f32]) {
        for channel in 0..self.channels {
            let planes = &mut planes[channel * self.plane * images..][..self.plane * images];
            let data = &data[channel * self.channel..];
            self.patches.iter().for_each(|patch| patch.put(data, (images, self.image()), planes));
        }
    }
}

/// The phases of the stride that the kernel meets, in the order of their planes.
pub(crate) fn phases(sweep: &Sweep) -> Vec<[usize; 2]> {
    let [down, along] = Axis::both(sweep).map(|axis| axis.phases());
    (0..down).flat_map(|y| (0..along).map(move |x| [y, x])).collect()
}

/// How many images are interleaved: one where their rows are long enough, or where all places of one, with what is
/// between its rows, are hardly more than the places.
pub(crate) fn interleaved(sweep: &Sweep, pitch: usize) -> usize {
    let [rows, columns] = sweep.places;
    let run = ((rows - 1) * pitch + columns).next_multiple_of(PIECE);
    let is_alone = columns.is_multiple_of(PIECE) || 10 * run <= 11 * rows * columns;
    if is_alone { 1 } else { PIECE.min(sweep.images) }
}

/// A window along height or width.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    axis: usize,
    window: Window,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) padding: usize,
    pub(crate) extent: usize,
    pub(crate) places: usize,
}

impl Axis {
    pub(crate) fn both(sweep: &Sweep) -> [Self; 2] {
        [0, 1].map(|axis| Self {
            axis,
            window: sweep.window,
            kernel: sweep.window.kernel[axis] as usize,
            stride: sweep.window.stride[axis] as usize,
            padding: sweep.window.padding[axis] as usize,
            extent: [sweep.height, sweep.width][axis],
            places: sweep.places[axis],
        })
    }

    /// The extent of a phase's plane.
    pub(crate) fn spread(&self) -> usize {
        self.places + (self.kernel - 1) / self.stride
    }

    /// Where a phase's plane has elements of the image.
    pub(crate) fn inside(&self, phase: usize) -> Range<usize> {
        self.window.inside(self.axis, phase, self.extent, self.spread())
    }

    /// The elements of the kernel that `place` sees in the image.
    pub(crate) fn seen(&self, place: usize) -> Range<usize> {
        let start = self.padding.saturating_sub(place * self.stride).min(self.kernel);
        let end = (self.extent + self.padding).saturating_sub(place * self.stride);
        start..end.clamp(start, self.kernel)
    }

    /// The elements of the kernel that a phase's plane meets.
    pub(crate) fn taps(&self, phase: usize) -> usize {
        (self.kernel - phase).div_ceil(self.stride)
    }

    /// How much is put before the gradients, for the first elements of an image to see as many as others.
    pub(crate) fn margin(&self) -> usize {
        let before = |phase| (self.taps(phase) - 1).saturating_sub(self.inside(phase).start);
        (0..self.phases()).map(before).max().unwrap_or(0)
    }

    /// The extent of the gradients with what is around them.
    pub(crate) fn gradients(&self) -> usize {
        let ends = (0..self.phases()).map(|phase| self.inside(phase).end);
        self.margin() + ends.chain([self.places]).max().unwrap_or(0)
    }

    fn phases(&self) -> usize {
        self.stride.min(self.kernel)
    }
}
