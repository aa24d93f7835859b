//! Two-dimensional convolution, which is cross-correlation as everywhere in deep learning:
//! `y[n, o, i, j] = b[o] + Σ x[n, c, i·s + u − p, j·s + v − p] · w[o, c, u, v]`, with zeros around the image.
//!
//! The native kernel unfolds each image into columns and leaves the rest to a matrix product (Chellapilla, Puri and
//! Simard, *High Performance Convolutional Neural Networks for Document Processing*, 2006), a few rows of places at a
//! time, so that the columns stay in the cache. Images are shared out among threads.

use std::ops::Range;

use ndarray::{ArrayView2, s};
use rayon::prelude::*;
use tito_tensor::{Shape, Tensor};

use crate::{
    Gradients, Judged, ShapeError, Wide, Window, gemm,
    gemm::{matrix, matrix_mut},
    shape_error::alike,
    sum::{Sums, sum},
    window::Sweep,
};

/// Elements of unfolded columns at a time: 512 KiB, half of a core's second-level cache.
const COLUMNS: usize = 1 << 17;

/// Images whose weight gradients are summed by one task. A constant, so that sums are alike for any number of threads.
const IMAGES: usize = 8;

/// The convolution in f64.
///
/// # Shapes
///
/// - `input`: `[n, channels, height, width]`
/// - `weight`: `[outputs, channels, kernel height, kernel width]`, the kernel being `window`'s
/// - `bias`: `[outputs]`
/// - result: `[n, outputs, ..]` with `window`'s places
///
/// The gauge is Σ|xw| + |b|; the terms are a kernel over all channels, and the bias, whether it is there or not.
///
/// # Errors
///
/// If the shapes do not meet or the window has no place.
pub fn oracle(
    input: &Wide,
    weight: &Wide,
    bias: Option<&Wide>,
    window: Window,
) -> Result<Judged, ShapeError> {
    let conv = Conv::new(input.shape(), weight.shape(), bias.map(Wide::shape), window)?;
    let mut sums = Sums::zeros(conv.sweep.images * conv.outputs * conv.sweep.sites());
    if let Some(bias) = bias {
        conv.each_output(|output, at| sums.add(at, bias.data()[output]));
    }
    conv.each_product(|x, w, y| sums.add(y, input.data()[x] * weight.data()[w]));
    Ok(sums.judged(conv.output, conv.depth + 1))
}

/// The gradients of the convolution in f64, given the one with respect to its output.
///
/// The gauges are sums of absolute values, as for every product; the terms are for the input the weights that meet an
/// element, and for weight and bias the places of all images.
///
/// # Errors
///
/// If the shapes do not meet or the window has no place.
pub fn oracle_backward(
    input: &Wide,
    weight: &Wide,
    bias: Option<&Wide>,
    window: Window,
    gradient: &Wide,
) -> Result<Gradients<Judged>, ShapeError> {
    let conv = Conv::new(input.shape(), weight.shape(), bias.map(Wide::shape), window)?;
    conv.meets(gradient.shape())?;
    let (x, w, dy) = (input.data(), weight.data(), gradient.data());
    let (mut to_input, mut to_weight) = (Sums::zeros(x.len()), Sums::zeros(w.len()));
    let mut to_bias = Sums::zeros(conv.outputs);
    conv.each_output(|output, at| to_bias.add(output, dy[at]));
    conv.each_product(|at_x, at_w, y| {
        to_input.add(at_x, dy[y] * w[at_w]);
        to_weight.add(at_w, dy[y] * x[at_x]);
    });
    let places = conv.sweep.images * conv.sweep.sites();
    let bias = bias.map(|bias| to_bias.judged(bias.shape().clone(), places));
    let to_weight = to_weight.judged(weight.shape().clone(), places);
    Ok(Gradients {
        input: to_input.judged(input.shape().clone(), conv.outputs * window.area()),
        parameters: [to_weight].into_iter().chain(bias).collect(),
    })
}

/// The convolution in f32, of the same shapes as the [`oracle`]'s; bit for bit the same for any number of threads.
///
/// # Errors
///
/// If the shapes do not meet or the window has no place.
pub fn native(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    window: Window,
) -> Result<Tensor, ShapeError> {
    let conv = Conv::new(input.shape(), weight.shape(), bias.map(Tensor::shape), window)?;
    let mut output = vec![0.0; conv.sweep.images * conv.answer()];
    let weight = conv.weight(weight);
    let work = |columns: &mut Vec<f32>, (y, x): (&mut [f32], &[f32])| {
        if let Some(bias) = bias {
            y.chunks_exact_mut(conv.sweep.sites()).zip(bias.data()).for_each(|(y, &b)| y.fill(b));
        }
        let mut y = matrix_mut(y, conv.outputs, conv.sweep.sites());
        conv.each_block(|first, rows| {
            let sites = first * conv.sweep.places[1]..(first + rows) * conv.sweep.places[1];
            let columns = conv.unfolded(x, first, rows, columns);
            gemm::accumulate(&weight, &columns, &mut y.slice_mut(s![.., sites]));
        });
    };
    if !output.is_empty() {
        let images = output.par_chunks_exact_mut(conv.answer()).zip(conv.images(input));
        images.for_each_init(Vec::new, work);
    }
    Ok(Tensor::new(conv.output, output).expect("the output was made with these places"))
}

/// The gradients of the convolution in f32, as [`oracle_backward`] has them; bit for bit the same for any number of
/// threads.
///
/// # Errors
///
/// If the shapes do not meet or the window has no place.
pub fn native_backward(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    window: Window,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let conv = Conv::new(input.shape(), weight.shape(), bias.map(Tensor::shape), window)?;
    conv.meets(gradient.shape())?;
    let to_bias = bias.map(|bias| {
        let sums = conv.bias_gradient(gradient.data());
        Tensor::new(bias.shape().clone(), sums).expect("there is a sum for every output")
    });
    let to_weight = Tensor::new(weight.shape().clone(), conv.weight_gradient(input, gradient))
        .expect("there is a sum for every weight");
    Ok(Gradients {
        input: conv.input_gradient(weight, gradient),
        parameters: [to_weight].into_iter().chain(to_bias).collect(),
    })
}

/// A convolution whose shapes meet.
struct Conv {
    sweep: Sweep,
    outputs: usize,
    /// The weights of one output: a kernel over all channels.
    depth: usize,
    output: Shape,
}

impl Conv {
    fn new(input: &Shape, weight: &Shape, bias: Option<&Shape>, window: Window) -> Result<Self, ShapeError> {
        let sweep = Sweep::new("conv2d", input, window)?;
        let unmet = || ShapeError::Kernel { input: input.clone(), weight: weight.clone() };
        let &[outputs, channels, height, width] = weight.extents() else { return Err(unmet()) };
        if channels as usize != sweep.channels || [height, width] != window.kernel {
            return Err(unmet());
        }
        if let Some(found) = bias.filter(|bias| bias.extents() != [outputs]) {
            let (found, channels) = (found.clone(), outputs as usize);
            return Err(ShapeError::Channels { operation: "conv2d", name: "bias", found, channels });
        }
        let outputs = outputs as usize;
        let output = sweep.output("conv2d", outputs)?;
        Ok(Self { sweep, outputs, depth: sweep.channels * window.area(), output })
    }

    fn meets(&self, gradient: &Shape) -> Result<(), ShapeError> {
        alike("conv2d backward", gradient, &self.output)
    }

    /// The elements of one image.
    fn image(&self) -> usize {
        self.sweep.channels * self.sweep.plane()
    }

    /// The elements of what one image becomes.
    fn answer(&self) -> usize {
        self.outputs * self.sweep.sites()
    }

    /// The images, also where they have no elements.
    fn images<'a>(&self, input: &'a Tensor) -> impl IndexedParallelIterator<Item = &'a [f32]> {
        let (data, image) = (input.data(), self.image());
        (0..self.sweep.images).into_par_iter().map(move |at| &data[at * image..][..image])
    }

    /// Tells every element of the output with the channel that it belongs to.
    fn each_output(&self, mut tell: impl FnMut(usize, usize)) {
        for at in 0..self.sweep.images * self.answer() {
            tell(at / self.sweep.sites() % self.outputs, at);
        }
    }

    /// Tells every product by the offsets of its input, its weight and the output that it goes into.
    fn each_product(&self, mut tell: impl FnMut(usize, usize, usize)) {
        let Sweep { images, channels, window, .. } = self.sweep;
        for (image, output) in (0..images).flat_map(|image| (0..self.outputs).map(move |o| (image, o))) {
            for site in 0..self.sweep.sites() {
                let y = (image * self.outputs + output) * self.sweep.sites() + site;
                for channel in 0..channels {
                    let x = (image * channels + channel) * self.sweep.plane();
                    let w = (output * channels + channel) * window.area();
                    self.sweep.seen(site).for_each(|(at_w, at_x)| tell(x + at_x, w + at_w, y));
                }
            }
        }
    }

    fn weight<'a>(&self, weight: &'a Tensor) -> ArrayView2<'a, f32> {
        matrix(weight.data(), self.outputs, self.depth)
    }

    /// Tells the blocks of rows of places that are unfolded at a time: the first row, and how many.
    fn each_block(&self, mut tell: impl FnMut(usize, usize)) {
        let [height, width] = self.sweep.places;
        let most = (COLUMNS / (self.depth * width).max(1)).max(1);
        for first in (0..height).step_by(most) {
            tell(first, most.min(height - first));
        }
    }

    /// The columns `[depth, sites]` of some rows of places of one image, made in `columns`. An image that is its own
    /// columns is not copied.
    fn unfolded<'a>(
        &self,
        image: &'a [f32],
        first: usize,
        rows: usize,
        columns: &'a mut Vec<f32>,
    ) -> ArrayView2<'a, f32> {
        let Sweep { channels, width, places, .. } = self.sweep;
        let sites = rows * places[1];
        if self.is_pointwise() {
            let whole = matrix(image, channels, self.sweep.plane());
            return whole.slice_move(s![.., first * width..(first + rows) * width]);
        }
        columns.resize(self.depth * sites, 0.0);
        for (at, column) in columns.chunks_exact_mut(sites).enumerate() {
            self.unfold(image, at, first, column);
        }
        matrix(columns, self.depth, sites)
    }

    /// Whether the columns of an image are its channels.
    fn is_pointwise(&self) -> bool {
        self.sweep.window == Window { kernel: [1, 1], stride: [1, 1], padding: [0, 0] }
    }

    /// What the weight at offset `at` of an output meets, at the rows of places from `first` on.
    fn unfold(&self, image: &[f32], at: usize, first: usize, column: &mut [f32]) {
        let tap = self.tap(at);
        let plane = &image[tap.channel * self.sweep.plane()..][..self.sweep.plane()];
        for (row, column) in column.chunks_exact_mut(self.sweep.places[1]).enumerate() {
            let Some(y) = tap.row(first + row) else {
                column.fill(0.0);
                continue;
            };
            let source = &plane[y * self.sweep.width..][..self.sweep.width];
            let within = tap.within.clone();
            column[..within.start].fill(0.0);
            column[within.end..].fill(0.0);
            if within.is_empty() {
                continue;
            }
            let source = &source[tap.column(within.start)..];
            match tap.stride[1] {
                1 => column[within.clone()].copy_from_slice(&source[..within.len()]),
                stride => {
                    let taken = source.iter().step_by(stride);
                    column[within].iter_mut().zip(taken).for_each(|(to, &from)| *to = from);
                }
            }
        }
    }

    /// Adds columns back to where [`unfold`](Self::unfold) took them from.
    fn fold(&self, column: &[f32], at: usize, first: usize, image: &mut [f32]) {
        let tap = self.tap(at);
        let plane = &mut image[tap.channel * self.sweep.plane()..][..self.sweep.plane()];
        for (row, column) in column.chunks_exact(self.sweep.places[1]).enumerate() {
            let (Some(y), within) = (tap.row(first + row), tap.within.clone()) else { continue };
            if within.is_empty() {
                continue;
            }
            let row = &mut plane[y * self.sweep.width..][..self.sweep.width];
            let target = row[tap.column(within.start)..].iter_mut();
            match tap.stride[1] {
                1 => target.zip(&column[within]).for_each(|(to, from)| *to += from),
                stride => target.step_by(stride).zip(&column[within]).for_each(|(to, from)| *to += from),
            }
        }
    }

    fn tap(&self, at: usize) -> Tap {
        let Sweep { window, height, .. } = self.sweep;
        let [stride, padding] =
            [window.stride, window.padding].map(|pair| pair.map(|length| length as usize));
        let width = window.kernel[1] as usize;
        let offset = [at % window.area() / width, at % width];
        let within = self.sweep.along(offset[1]);
        Tap { channel: at / window.area(), offset, stride, padding, height, within }
    }

    /// Σ over images and places of the output's gradient.
    fn bias_gradient(&self, gradient: &[f32]) -> Vec<f32> {
        let sites = self.sweep.sites();
        let mut sums = vec![0.0; self.outputs];
        for image in gradient.chunks_exact(self.answer().max(1)) {
            for (total, places) in sums.iter_mut().zip(image.chunks_exact(sites.max(1))) {
                *total += sum(places);
            }
        }
        sums
    }

    /// Σ over images of `dy · columnsᵀ`.
    fn weight_gradient(&self, input: &Tensor, gradient: &Tensor) -> Vec<f32> {
        let count = self.outputs * self.depth;
        let images: Vec<usize> = (0..self.sweep.images).collect();
        let part = |columns: &mut Vec<f32>, images: &[usize]| {
            let mut part = vec![0.0; count];
            for &image in images {
                let x = &input.data()[image * self.image()..][..self.image()];
                let dy = &gradient.data()[image * self.answer()..][..self.answer()];
                let dy = matrix(dy, self.outputs, self.sweep.sites());
                let mut to = matrix_mut(&mut part, self.outputs, self.depth);
                self.each_block(|first, rows| {
                    let sites = first * self.sweep.places[1]..(first + rows) * self.sweep.places[1];
                    let columns = self.unfolded(x, first, rows, columns);
                    gemm::accumulate(&dy.slice(s![.., sites]), &columns.t(), &mut to);
                });
            }
            part
        };
        let parts: Vec<Vec<f32>> = images.par_chunks(IMAGES).map_init(Vec::new, part).collect();
        let add = |mut sum: Vec<f32>, part: Vec<f32>| {
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            sum
        };
        parts.into_iter().reduce(add).unwrap_or_else(|| vec![0.0; count])
    }

    /// `weightᵀ · dy`, folded back into images.
    fn input_gradient(&self, weight: &Tensor, gradient: &Tensor) -> Tensor {
        let weight = self.weight(weight);
        let mut to = vec![0.0; self.sweep.images * self.image()];
        let work = |columns: &mut Vec<f32>, (to, dy): (&mut [f32], &[f32])| {
            let dy = matrix(dy, self.outputs, self.sweep.sites());
            if self.is_pointwise() {
                let mut to = matrix_mut(to, self.depth, self.sweep.sites());
                return gemm::accumulate(&weight.t(), &dy, &mut to);
            }
            self.each_block(|first, rows| {
                let sites = first * self.sweep.places[1]..(first + rows) * self.sweep.places[1];
                let count = sites.len();
                columns.clear();
                columns.resize(self.depth * count, 0.0);
                let mut made = matrix_mut(columns, self.depth, count);
                gemm::accumulate(&weight.t(), &dy.slice(s![.., sites]), &mut made);
                for (at, column) in columns.chunks_exact(count).enumerate() {
                    self.fold(column, at, first, to);
                }
            });
        };
        if !to.is_empty() && self.answer() > 0 {
            let images = to.par_chunks_exact_mut(self.image());
            let gradients = gradient.data().par_chunks_exact(self.answer());
            images.zip(gradients).for_each_init(Vec::new, work);
        }
        Tensor::new(self.sweep.input(), to).expect("there is an element for every one of the input")
    }
}

/// One weight of an output, and what it meets.
struct Tap {
    channel: usize,
    offset: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    height: usize,
    /// The places of a row at which it meets the image.
    within: Range<usize>,
}

impl Tap {
    /// The image's row that it meets at a row of places; none in the padding.
    fn row(&self, place: usize) -> Option<usize> {
        let y = (place * self.stride[0] + self.offset[0]).checked_sub(self.padding[0])?;
        (y < self.height).then_some(y)
    }

    /// The image's column that it meets at a place of [`within`](Self::within).
    fn column(&self, place: usize) -> usize {
        place * self.stride[1] + self.offset[1] - self.padding[1]
    }
}
