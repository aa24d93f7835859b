//! The gradient of a convolution's weights: sums over places of the output's gradient times what the kernel meets there.
//!
//! A vector of places of four outputs' gradients is multiplied by what up to five elements of the kernel meet there; the
//! sums stay in registers for as many places as the first-level cache holds gradients of, and have as many partial sums as
//! vectors have lanes. What lies in rows of padding is not multiplied.

use std::ops::Range;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use crate::{
    correlate::taps,
    machine::{self, Machine, load, store},
    planes::{Axis, PIECE, Planes},
    scratch::Scratch,
    window::Sweep,
};

/// Vectors at a time: of four outputs 16 KiB, half of a first-level cache.
const VECTORS: usize = 64;

/// Outputs at a time. With five elements of the kernel these are 20 sums; with what they are made of, 29 of 32 registers.
const OUTPUTS: usize = 4;

/// Places that are summed by one task: a sum of lanes is then little beside what went into each of them. A constant, so
/// that sums are alike for any number of threads.
const PLACES: usize = 4096;

/// Images that are summed by one task at least, so that there are not many partial sums.
const IMAGES: usize = 8;

/// A convolution whose weights' gradient is wanted.
pub(crate) struct Weighing<'a> {
    pub(crate) sweep: &'a Sweep,
    pub(crate) outputs: usize,
    /// How many images are interleaved.
    pub(crate) interleaved: usize,
    /// The planes of all images, and those of all gradients, and what is in them.
    pub(crate) images: (&'a Planes, &'a [f32]),
    pub(crate) gradients: (&'a Planes, &'a [f32]),
}

impl Weighing<'_> {
    /// The gradient, `[outputs, depth]`.
    pub(crate) fn gradient(&self) -> Vec<f32> {
        let depth = self.sweep.channels * self.sweep.window.area();
        let (tasks, blocks) = (self.tasks(), blocks(self.outputs));
        let jobs: Vec<_> =
            tasks.iter().flat_map(|task| blocks.iter().map(move |block| (task, block))).collect();
        let parts = jobs.par_iter().map(|&(task, block)| self.part(task, block.clone(), depth));
        let mut sums = vec![0.0; self.outputs * depth];
        for ((_, block), part) in jobs.iter().zip(parts.collect::<Vec<_>>()) {
            let sums = &mut sums[block.start * depth..block.end * depth];
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        sums
    }

    /// The places that are summed by one task, of every task.
    fn tasks(&self) -> Vec<Vec<Segment>> {
        let least = IMAGES.max(PLACES.div_ceil(self.sweep.sites()));
        let task = least.next_multiple_of(self.interleaved);
        let firsts = (0..self.sweep.images.div_ceil(task)).into_par_iter().map(|at| at * task);
        firsts.map(|first| self.segments(first..self.sweep.images.min(first + task))).collect()
    }

    /// The part of some images, for some outputs.
    fn part(&self, segments: &[Segment], outputs: Range<usize>, depth: usize) -> Vec<f32> {
        let mut sums = vec![0.0; outputs.len() * depth];
        machine::run(Products {
            segments,
            taps: &taps(self.sweep, self.images.0),
            along: self.sweep.window.kernel[1] as usize,
            channels: self.sweep.channels,
            planes: [self.images.0.plane, self.gradients.0.plane],
            outputs,
            images: self.images.1,
            gradients: self.gradients.1,
            sums: &mut sums,
        });
        sums
    }

    /// The places of some images, so many vectors at a time.
    fn segments(&self, images: Range<usize>) -> Vec<Segment> {
        let mut segments: Vec<Segment> = Vec::new();
        let [down, _] = Axis::both(self.sweep);
        for first in images.clone().step_by(self.interleaved) {
            let count = self.interleaved.min(images.end - first);
            for vector in self.vectors(first, count) {
                let fits = |last: &Segment| last.images == count && last.vectors < VECTORS;
                if !segments.last().is_some_and(fits) {
                    segments.push(Segment { images: count, vectors: 0, seen: vec![Vec::new(); down.kernel] });
                }
                let segment = segments.last_mut().expect("one was pushed if there was none");
                segment.vectors += 1;
                for (at, seen) in segment.seen.iter_mut().enumerate() {
                    if vector.rows.clone().any(|row| down.seen(row).contains(&at)) {
                        seen.push([vector.image, vector.gradient]);
                    }
                }
            }
        }
        segments
    }

    /// The vectors of some interleaved images.
    fn vectors(&self, first: usize, images: usize) -> Vec<Vector> {
        let Machine { lanes, .. } = Machine::here();
        let [rows, columns] = self.sweep.places;
        let [image, gradient] = [self.images.0, self.gradients.0].map(|planes| planes.start(first));
        let (pitch, row) = (self.images.0.pitch * images, columns * images);
        let gradient = gradient + self.gradients.0.origin() * images;
        let vector = |at: usize, rows| Vector { image: image + at, gradient: gradient + at, rows };
        if row.is_multiple_of(PIECE) {
            let starts = (0..rows).flat_map(|y| (0..row).step_by(lanes).map(move |x| (y, y * pitch + x)));
            return starts.map(|(y, at)| vector(at, y..y + 1)).collect();
        }
        let last = |at: usize| rows.min((at + lanes - 1) / pitch + 1);
        let run = (rows - 1) * pitch + row;
        (0..run).step_by(lanes).map(|at| vector(at, at / pitch..last(at))).collect()
    }
}

/// Outputs in blocks of four, and the rest in smaller ones.
fn blocks(outputs: usize) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut first = 0;
    while first < outputs {
        let count = OUTPUTS.min(1 << (outputs - first).ilog2());
        blocks.push(first..first + count);
        first += count;
    }
    blocks
}

/// A vector of places: where it begins in the images' planes and in the gradients', and in which rows it is.
struct Vector {
    image: usize,
    gradient: usize,
    rows: Range<usize>,
}

/// Some vectors of places of so many interleaved images, those that each row of the kernel sees.
struct Segment {
    images: usize,
    vectors: usize,
    seen: Vec<Vec<[usize; 2]>>,
}

struct Products<'a> {
    segments: &'a [Segment],
    taps: &'a [usize],
    /// The elements of the kernel in a row.
    along: usize,
    channels: usize,
    planes: [usize; 2],
    outputs: Range<usize>,
    images: &'a [f32],
    gradients: &'a [f32],
    sums: &'a mut [f32],
}

impl WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.outputs.len() {
            1 => self.sum::<S, 1>(simd),
            2 => self.sum::<S, 2>(simd),
            _ => self.sum::<S, OUTPUTS>(simd),
        }
    }
}

impl Products<'_> {
    #[inline(always)]
    fn sum<S: Simd, const OUTPUTS: usize>(self, simd: S) {
        let depth = self.channels * self.taps.len();
        let mut partial = Scratch::zeros(depth * OUTPUTS * S::F32_LANES);
        for segment in self.segments {
            for (row, first) in (0..depth).step_by(self.along).enumerate() {
                let meeting = self.meeting(segment, row);
                let partial = &mut partial[first * OUTPUTS * S::F32_LANES..];
                meeting.add_row::<S, OUTPUTS>(simd, self.along, partial);
            }
        }
        for (at, partial) in partial.chunks_exact(S::F32_LANES).enumerate() {
            let (tap, output) = (at / OUTPUTS, at % OUTPUTS);
            self.sums[output * depth + tap] = simd.reduce_sum_f32s(load::<S>(partial));
        }
    }

    /// What a row of the kernel over all channels meets at some places.
    #[inline(always)]
    fn meeting<'a>(&'a self, segment: &'a Segment, row: usize) -> Meeting<'a> {
        let rows = self.taps.len() / self.along;
        let [image, gradient] = self.planes.map(|plane| plane * segment.images);
        Meeting {
            images: &self.images[row / rows * image..],
            gradients: &self.gradients[self.outputs.start * gradient..],
            apart: gradient,
            taps: &self.taps[row % rows * self.along..],
            interleaved: segment.images,
            vectors: &segment.seen[row % rows],
        }
    }
}

/// Gradients of some outputs, so far apart, and what elements of the kernel meet at the same places.
struct Meeting<'a> {
    images: &'a [f32],
    gradients: &'a [f32],
    apart: usize,
    taps: &'a [usize],
    interleaved: usize,
    /// Where each vector of places begins in the images, and in the gradients.
    vectors: &'a [[usize; 2]],
}

impl Meeting<'_> {
    /// Adds the products of a row of the kernel to their partial sums, as many elements at a time as registers can hold.
    #[inline(always)]
    fn add_row<S: Simd, const OUTPUTS: usize>(&self, simd: S, along: usize, partial: &mut [f32]) {
        let mut at = 0;
        while at < along {
            let partial = &mut partial[at * OUTPUTS * S::F32_LANES..];
            at += match along - at {
                1 => self.add::<S, OUTPUTS, 1>(simd, at, partial),
                2 => self.add::<S, OUTPUTS, 2>(simd, at, partial),
                _ if S::REGISTER_COUNT < 32 => self.add::<S, OUTPUTS, 2>(simd, at, partial),
                3 | 6 => self.add::<S, OUTPUTS, 3>(simd, at, partial),
                4 | 7 | 8 => self.add::<S, OUTPUTS, 4>(simd, at, partial),
                _ => self.add::<S, OUTPUTS, 5>(simd, at, partial),
            };
        }
    }

    /// Adds the products of some elements from `first` on, and says how many these are.
    #[inline(always)]
    fn add<S: Simd, const OUTPUTS: usize, const TAPS: usize>(
        &self,
        simd: S,
        first: usize,
        partial: &mut [f32],
    ) -> usize {
        let taps: [usize; TAPS] = std::array::from_fn(|tap| self.taps[first + tap] * self.interleaved);
        let span = taps.iter().copied().fold(0, usize::max) + S::F32_LANES;
        // Partial sums are together by elements of the kernel, and registers by outputs.
        let place = |output: usize, tap: usize| (tap * OUTPUTS + output) * S::F32_LANES;
        let mut sums = [[simd.splat_f32s(0.0); TAPS]; OUTPUTS];
        for output in 0..OUTPUTS {
            for tap in 0..TAPS {
                sums[output][tap] = load::<S>(&partial[place(output, tap)..]);
            }
        }
        for &[image, gradient] in self.vectors {
            let images = &self.images[image..][..span];
            let gradients = &self.gradients[gradient..][..(OUTPUTS - 1) * self.apart + S::F32_LANES];
            let mut x = [simd.splat_f32s(0.0); TAPS];
            for tap in 0..TAPS {
                x[tap] = load::<S>(&images[taps[tap]..]);
            }
            for output in 0..OUTPUTS {
                let slope = load::<S>(&gradients[output * self.apart..]);
                for tap in 0..TAPS {
                    sums[output][tap] = simd.mul_add_e_f32s(slope, x[tap], sums[output][tap]);
                }
            }
        }
        for output in 0..OUTPUTS {
            for tap in 0..TAPS {
                store::<S>(sums[output][tap], &mut partial[place(output, tap)..]);
            }
        }
        TAPS
    }
}
