//! Sums of products of a kernel with what it meets in planes: the convolution, and the gradient of its input.
//!
//! Nothing is unfolded: a vector of places is loaded from the planes once for every element of the kernel, and multiplied
//! by that element's weights for four outputs, whose sums stay in registers. What lies in rows of padding is not multiplied.

use std::ops::Range;

use pulp::{Simd, WithSimd};
use tito_tensor::Tensor;

use crate::{
    machine::{self, Machine, load, store},
    planes::{Axis, PIECE, Patch, Planes},
    scratch::Scratch,
    window::Sweep,
};

/// Outputs at a time. With six vectors of places these are 24 sums; with the vectors and a weight, 31 of 32 registers.
const OUTPUTS: usize = 4;

/// What a kernel meets from every place.
pub(crate) struct Correlation {
    outputs: usize,
    /// The places, and how far their rows are apart in the planes that are met.
    places: [usize; 2],
    pitch: usize,
    /// How far channels are apart in the planes of one image.
    plane: usize,
    /// Where each element of the kernel meets the first place in a channel, and how many of them are in a row.
    taps: Vec<usize>,
    along: usize,
    /// The rows of the kernel that a row of places sees.
    seen: Vec<Range<usize>>,
    /// By four outputs: what sums begin with, and the weights, channel by channel.
    begin: Vec<[f32; OUTPUTS]>,
    weights: Vec<[f32; OUTPUTS]>,
    /// Where the answers go in an output's image, and how many elements that has.
    first: usize,
    apart: [usize; 2],
    image: usize,
}

impl Correlation {
    /// The convolution.
    pub(crate) fn forward(sweep: &Sweep, planes: &Planes, weight: &Tensor, bias: Option<&Tensor>) -> Self {
        let outputs = weight.shape().extents()[0] as usize;
        let depth = sweep.channels * sweep.window.area();
        let [down, along] = Axis::both(sweep);
        Self {
            outputs,
            places: sweep.places,
            pitch: planes.pitch,
            plane: planes.plane,
            taps: taps(sweep, planes),
            along: along.kernel,
            seen: (0..sweep.places[0]).map(|row| down.seen(row)).collect(),
            begin: bias.map_or(vec![[0.0; OUTPUTS]; outputs.div_ceil(OUTPUTS)], |bias| fours(bias.data())),
            weights: fours_of_kernels(
                weight.data(),
                [(outputs, depth), (sweep.channels, sweep.window.area())],
                &(0..sweep.window.area()).collect::<Vec<_>>(),
            ),
            first: 0,
            apart: [sweep.places[1], 1],
            image: sweep.sites(),
        }
    }

    /// The gradient of one phase of the input; nothing where it has no element.
    pub(crate) fn backward(
        sweep: &Sweep,
        planes: &Planes,
        weight: &Tensor,
        [y, x]: [usize; 2],
    ) -> Option<Self> {
        let [down, along] = Axis::both(sweep);
        let (rows, columns) = (down.inside(y), along.inside(x));
        if rows.is_empty() || columns.is_empty() {
            return None;
        }
        let (taps_y, taps_x) = (down.taps(y), along.taps(x));
        // The kernel is met the other way round: its last row sees the gradients furthest up.
        let tap = |tap_y: usize, tap_x: usize| {
            let row = rows.start + down.margin() + tap_y + 1 - taps_y;
            row * planes.pitch + columns.start + along.margin() + tap_x + 1 - taps_x
        };
        let met = |at: usize| {
            let (tap_y, tap_x) = (taps_y - 1 - at / taps_x, taps_x - 1 - at % taps_x);
            (tap_y * down.stride + y) * along.kernel + tap_x * along.stride + x
        };
        let seen = |row: usize| {
            let before = (taps_y - 1).saturating_sub(row).min(taps_y);
            let behind = (taps_y + sweep.places[0] - 1).saturating_sub(row);
            before..behind.clamp(before, taps_y)
        };
        let outputs = weight.shape().extents()[0] as usize;
        let area = sweep.window.area();
        let weights = fours_of_kernels(
            weight.data(),
            [(sweep.channels, area), (outputs, sweep.channels * area)],
            &(0..taps_y * taps_x).map(met).collect::<Vec<_>>(),
        );
        let first = |axis: &Axis, at: usize, phase: usize| at * axis.stride + phase - axis.padding;
        Some(Self {
            outputs: sweep.channels,
            places: [rows.len(), columns.len()],
            pitch: planes.pitch,
            plane: planes.plane,
            taps: (0..taps_y).flat_map(|y| (0..taps_x).map(move |x| tap(y, x))).collect(),
            along: taps_x,
            seen: rows.clone().map(seen).collect(),
            begin: vec![[0.0; OUTPUTS]; sweep.channels.div_ceil(OUTPUTS)],
            weights,
            first: first(&down, rows.start, y) * sweep.width + first(&along, columns.start, x),
            apart: [down.stride * sweep.width, along.stride],
            image: sweep.plane(),
        })
    }

    /// Puts the answers for so many interleaved images in theirs.
    pub(crate) fn apply(&self, planes: &[f32], images: usize, answers: &mut [f32], scratch: &mut Scratch) {
        let is_whole = !(self.places[1] * images).is_multiple_of(PIECE);
        let pitch = if is_whole { self.pitch } else { self.places[1] };
        let run = ((self.places[0] - 1) * pitch + self.places[1]) * images;
        let width = run.next_multiple_of(PIECE);
        if scratch.len() != OUTPUTS * width {
            scratch.clear(OUTPUTS * width);
        }
        let tiles = if is_whole { self.run(images, width) } else { self.rows(images) };
        let taps: Vec<usize> = self.taps.iter().map(|tap| tap * images).collect();
        let depth = self.weights.len() / self.begin.len().max(1);
        let patch = Patch { first: self.first, apart: self.apart, extents: self.places, at: 0, pitch };
        for (block, &begin) in self.begin.iter().enumerate() {
            machine::run(Tiles {
                tiles: &tiles,
                taps: &taps,
                plane: self.plane * images,
                weights: &self.weights[block * depth..][..depth],
                begin,
                planes,
                answers: scratch,
                width,
            });
            for output in block * OUTPUTS..self.outputs.min((block + 1) * OUTPUTS) {
                let made = &scratch[output % OUTPUTS * width..][..width];
                let image = self.outputs * self.image;
                patch.take(made, (images, image), &mut answers[output * self.image..]);
            }
        }
    }

    /// The tiles of all places as one run, with what is between the rows.
    fn run(&self, images: usize, width: usize) -> Vec<Tile> {
        let Machine { lanes, .. } = Machine::here();
        let last = self.places[0] - 1;
        let row = |at: usize| (at / (self.pitch * images)).min(last);
        let tile = |part: Range<usize>| {
            let (first, end) = (part.start * lanes, part.end * lanes);
            let taps = self.seen(row(first)..row(end - 1) + 1);
            Tile { from: first, apart: lanes, to: first, to_apart: lanes, count: part.len(), taps }
        };
        parts(width / lanes).map(tile).collect()
    }

    /// The tiles of rows that are whole vectors: parts of rows, or, where a row has few vectors, of columns of them.
    fn rows(&self, images: usize) -> Vec<Tile> {
        let Machine { lanes, .. } = Machine::here();
        let (row, pitch) = (self.places[1] * images, self.pitch * images);
        let count = row / lanes;
        if count > 2 {
            let tile = |y: usize, part: Range<usize>| {
                let (from, to) = (y * pitch + part.start * lanes, y * row + part.start * lanes);
                let taps = self.seen(y..y + 1);
                Tile { from, apart: lanes, to, to_apart: lanes, count: part.len(), taps }
            };
            return (0..self.places[0]).flat_map(|y| parts(count).map(move |part| tile(y, part))).collect();
        }
        let tile = |x: usize, part: Range<usize>| {
            let (from, to) = (part.start * pitch + x * lanes, part.start * row + x * lanes);
            let taps = self.seen(part.clone());
            Tile { from, apart: pitch, to, to_apart: row, count: part.len(), taps }
        };
        parts(self.places[0]).flat_map(|part| (0..count).map(move |x| tile(x, part.clone()))).collect()
    }

    /// The elements of the kernel that any of these rows of places sees.
    fn seen(&self, rows: Range<usize>) -> Range<usize> {
        let seen = self.seen[rows].iter().filter(|seen| !seen.is_empty());
        let both = |a: Range<usize>, b: Range<usize>| a.start.min(b.start)..a.end.max(b.end);
        let seen = seen.cloned().reduce(both).unwrap_or_default();
        seen.start * self.along..seen.end * self.along
    }
}

/// Where every element of the kernel meets the first place in the planes of a channel.
pub(crate) fn taps(sweep: &Sweep, planes: &Planes) -> Vec<usize> {
    let axes = Axis::both(sweep);
    let [down, along] = axes;
    let phases = along.stride.min(along.kernel);
    let plane = down.spread() * planes.pitch;
    let row = |y: usize| (y % down.stride) * phases * plane + y / down.stride * planes.pitch;
    let column = |x: usize| (x % along.stride) * plane + x / along.stride;
    (0..down.kernel).flat_map(|y| (0..along.kernel).map(move |x| row(y) + column(x))).collect()
}

/// Numbers by four, zeros where there are no more.
fn fours(numbers: &[f32]) -> Vec<[f32; OUTPUTS]> {
    let four = |four: &[f32]| std::array::from_fn(|at| four.get(at).copied().unwrap_or(0.0));
    numbers.chunks(OUTPUTS).map(four).collect()
}

/// Kernels `[outputs, channels]`, each so many and so far apart, by four outputs: what all channels' elements at `taps` are.
fn fours_of_kernels(
    data: &[f32],
    [(outputs, apart), (channels, channel)]: [(usize, usize); 2],
    taps: &[usize],
) -> Vec<[f32; OUTPUTS]> {
    let depth = channels * taps.len();
    let mut fours = vec![[0.0; OUTPUTS]; outputs.div_ceil(OUTPUTS) * depth];
    for (output, of) in (0..outputs).flat_map(|output| (0..channels).map(move |of| (output, of))) {
        let from = &data[output * apart + of * channel..];
        let to = &mut fours[output / OUTPUTS * depth + of * taps.len()..][..taps.len()];
        to.iter_mut().zip(taps).for_each(|(four, &tap)| four[output % OUTPUTS] = from[tap]);
    }
    fours
}

/// So many vectors in parts that can be summed in registers, of nearly the same length. With AVX2, three are half as fast
/// as two: LLVM then keeps sums in memory.
fn parts(count: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    let most = if Machine::here().registers >= 32 { 6 } else { 2 };
    let parts = count.div_ceil(most);
    (0..parts).map(move |part| part * count / parts..(part + 1) * count / parts)
}

/// Some vectors of places: where they begin in the planes and in the answers, how far they are apart there, and the
/// elements of the kernel that they see.
struct Tile {
    from: usize,
    apart: usize,
    to: usize,
    to_apart: usize,
    count: usize,
    taps: Range<usize>,
}

/// The answers of four outputs to all tiles.
struct Tiles<'a> {
    tiles: &'a [Tile],
    taps: &'a [usize],
    plane: usize,
    weights: &'a [[f32; OUTPUTS]],
    begin: [f32; OUTPUTS],
    planes: &'a [f32],
    answers: &'a mut [f32],
    width: usize,
}

impl WithSimd for Tiles<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        for tile in self.tiles {
            match tile.count {
                1 => self.tile::<S, 1>(simd, tile),
                2 => self.tile::<S, 2>(simd, tile),
                3 => self.tile::<S, 3>(simd, tile),
                4 => self.tile::<S, 4>(simd, tile),
                5 => self.tile::<S, 5>(simd, tile),
                _ => self.tile::<S, 6>(simd, tile),
            }
        }
    }
}

impl Tiles<'_> {
    /// The answers to one tile.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "with iterators LLVM keeps the sums in memory")]
    fn tile<S: Simd, const COUNT: usize>(&mut self, simd: S, tile: &Tile) {
        let mut sums = [[simd.splat_f32s(0.0); COUNT]; OUTPUTS];
        for output in 0..OUTPUTS {
            sums[output] = [simd.splat_f32s(self.begin[output]); COUNT];
        }
        let span = (COUNT - 1) * tile.apart + S::F32_LANES;
        let taps = &self.taps[tile.taps.clone()];
        let mut from = tile.from;
        for weights in self.weights.chunks_exact(self.taps.len()) {
            for (&tap, weights) in taps.iter().zip(&weights[tile.taps.clone()]) {
                let met = &self.planes[from + tap..][..span];
                let mut x = [simd.splat_f32s(0.0); COUNT];
                for at in 0..COUNT {
                    x[at] = load::<S>(&met[at * tile.apart..]);
                }
                for output in 0..OUTPUTS {
                    let weight = simd.splat_f32s(weights[output]);
                    for at in 0..COUNT {
                        sums[output][at] = simd.mul_add_e_f32s(weight, x[at], sums[output][at]);
                    }
                }
            }
            from += self.plane;
        }
        for output in 0..OUTPUTS {
            for at in 0..COUNT {
                let to = output * self.width + tile.to + at * tile.to_apart;
                store::<S>(sums[output][at], &mut self.answers[to..]);
            }
        }
    }
}
