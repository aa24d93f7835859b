//! Two-dimensional convolution, which is cross-correlation as everywhere in deep learning:
//! `y[n, o, i, j] = b[o] + Σ x[n, c, i·s + u − p, j·s + v − p] · w[o, c, u, v]`, with zeros around the image.
//!
//! The native kernel unfolds images into columns and leaves the rest to a matrix product (Chellapilla, Puri and Simard,
//! *High Performance Convolutional Neural Networks for Document Processing*, 2006), some rows of a large image or some
//! small images at a time, so that the columns stay in the cache. Images are shared out among threads.

use ndarray::ArrayView2;
use rayon::prelude::*;
use tito_tensor::{Shape, Tensor};

use crate::{
    Gradients, Judged, ShapeError, Wide, Window, gemm,
    gemm::{matrix, matrix_mut},
    shape_error::alike,
    sum::{Sums, sum},
    unfold::{Block, Unfold},
    window::Sweep,
};

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
    if !output.is_empty() {
        let images = if conv.is_pointwise() { 1 } else { conv.unfold.images() };
        let outputs = output.par_chunks_mut(images * conv.answer()).zip(conv.images(input, images));
        outputs.for_each_init(Scratch::default, |scratch, (y, x)| {
            if conv.is_pointwise() {
                conv.mix(weight, bias, x, y);
            } else {
                conv.answers(weight, bias, x, y, scratch);
            }
        });
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
    unfold: Unfold,
    outputs: usize,
    /// The weights of one output: a kernel over all channels.
    depth: usize,
    output: Shape,
}

/// What a thread works in.
#[derive(Default)]
struct Scratch {
    spread: Vec<f32>,
    columns: Vec<f32>,
    answers: Vec<f32>,
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
        let unfold = Unfold::new(sweep);
        Ok(Self { sweep, outputs, depth: unfold.depth(), unfold, output })
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

    /// The images, so many at a time, also where they have no elements.
    fn images<'a>(
        &self,
        input: &'a Tensor,
        at_once: usize,
    ) -> impl IndexedParallelIterator<Item = &'a [f32]> {
        let (data, image, count) = (input.data(), self.image(), self.sweep.images);
        let parts = (0..count.div_ceil(at_once)).into_par_iter();
        parts.map(move |part| &data[part * at_once * image..count.min((part + 1) * at_once) * image])
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

    /// Whether the columns of an image are its channels.
    fn is_pointwise(&self) -> bool {
        self.sweep.window == Window { kernel: [1, 1], stride: [1, 1], padding: [0, 0] }
    }

    /// The answer to one image that is its own columns.
    fn mix(&self, weight: &Tensor, bias: Option<&Tensor>, x: &[f32], y: &mut [f32]) {
        let sites = self.sweep.sites();
        begin(y, sites, bias);
        let mut y = matrix_mut(y, self.outputs, sites);
        gemm::accumulate(&self.weight(weight), &matrix(x, self.depth, sites), &mut y);
    }

    /// The answers to some images.
    fn answers(
        &self,
        weight: &Tensor,
        bias: Option<&Tensor>,
        x: &[f32],
        y: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let images = y.len() / self.answer();
        for block in self.unfold.blocks(images) {
            let width = self.unfold.width(block);
            let Scratch { spread, columns, answers } = &mut *scratch;
            self.columns(x, block, spread, columns);
            answers.resize(self.outputs * width, 0.0);
            begin(answers, width, bias);
            let made = matrix(columns, self.depth, width);
            let mut product = matrix_mut(answers, self.outputs, width);
            gemm::accumulate(&self.weight(weight), &made, &mut product);
            self.unfold.each_run(block, |image, row, part| {
                for (output, answers) in answers.chunks_exact(width).enumerate() {
                    let at = self.place_row(image, output, row);
                    y[at..at + part.len()].copy_from_slice(&answers[part.clone()]);
                }
            });
        }
    }

    /// Unfolds a block of images.
    fn columns(&self, x: &[f32], block: Block, spread: &mut Vec<f32>, columns: &mut Vec<f32>) {
        // The padding is written once: no image ever writes there.
        spread.resize(self.unfold.spread_elements(), 0.0);
        columns.resize(self.depth * self.unfold.width(block), 0.0);
        for image in 0..block.images {
            // The rows of one image are all spread with the first block of them.
            if block.first == 0 {
                self.unfold.spread(&x[image * self.image()..][..self.image()], spread);
            }
            self.unfold.unfold(spread, block, image, columns);
        }
    }

    /// Where a row of places of one output stands in the answers to some images.
    fn place_row(&self, image: usize, output: usize, row: usize) -> usize {
        ((image * self.outputs + output) * self.sweep.places[0] + row) * self.sweep.places[1]
    }

    /// The gradient of the output in a block's columns, `[outputs, width]`, zero at places that are none.
    fn packed(&self, dy: &[f32], block: Block, answers: &mut Vec<f32>) {
        let width = self.unfold.width(block);
        answers.clear();
        answers.resize(self.outputs * width, 0.0);
        self.unfold.each_run(block, |image, row, part| {
            for (output, answers) in answers.chunks_exact_mut(width).enumerate() {
                let at = self.place_row(image, output, row);
                answers[part.clone()].copy_from_slice(&dy[at..at + part.len()]);
            }
        });
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
        let parts = self.images(input, IMAGES).zip(self.gradients(gradient, IMAGES));
        let part = |scratch: &mut Scratch, (x, dy): (&[f32], &[f32])| {
            let mut part = vec![0.0; count];
            let images = dy.len() / self.answer();
            let at_once = self.unfold.images().min(images);
            for first in (0..images).step_by(at_once) {
                let last = images.min(first + at_once);
                let (x, dy) = (&x[first * self.image()..], &dy[first * self.answer()..]);
                self.add_weight_gradient(x, dy, last - first, &mut part, scratch);
            }
            part
        };
        if count == 0 || self.answer() == 0 {
            return vec![0.0; count];
        }
        let parts: Vec<Vec<f32>> = parts.map_init(Scratch::default, part).collect();
        let add = |mut sum: Vec<f32>, part: Vec<f32>| {
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            sum
        };
        parts.into_iter().reduce(add).unwrap_or_else(|| vec![0.0; count])
    }

    fn add_weight_gradient(
        &self,
        x: &[f32],
        dy: &[f32],
        images: usize,
        sum: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let mut sum = matrix_mut(sum, self.outputs, self.depth);
        if self.is_pointwise() {
            for (x, dy) in x.chunks(self.image()).zip(dy.chunks(self.answer())).take(images) {
                let (x, dy) =
                    (matrix(x, self.depth, self.sweep.sites()), matrix(dy, self.outputs, self.sweep.sites()));
                gemm::accumulate(&dy, &x.t(), &mut sum);
            }
            return;
        }
        for block in self.unfold.blocks(images) {
            let Scratch { spread, columns, answers } = &mut *scratch;
            self.columns(x, block, spread, columns);
            self.packed(dy, block, answers);
            let width = self.unfold.width(block);
            let columns = matrix(columns, self.depth, width);
            gemm::accumulate(&matrix(answers, self.outputs, width), &columns.t(), &mut sum);
        }
    }

    /// The gradients of the output, of so many images at a time.
    fn gradients<'a>(
        &self,
        gradient: &'a Tensor,
        at_once: usize,
    ) -> impl IndexedParallelIterator<Item = &'a [f32]> {
        gradient.data().par_chunks((at_once * self.answer()).max(1))
    }

    /// `weightᵀ · dy`, folded back into images.
    fn input_gradient(&self, weight: &Tensor, gradient: &Tensor) -> Tensor {
        let mut to = vec![0.0; self.sweep.images * self.image()];
        if !to.is_empty() && self.answer() > 0 {
            let images = if self.is_pointwise() { 1 } else { self.unfold.images() };
            let parts = to.par_chunks_mut(images * self.image()).zip(self.gradients(gradient, images));
            parts.for_each_init(Scratch::default, |scratch, (to, dy)| {
                if self.is_pointwise() {
                    let dy = matrix(dy, self.outputs, self.sweep.sites());
                    let mut to = matrix_mut(to, self.depth, self.sweep.sites());
                    gemm::accumulate(&self.weight(weight).t(), &dy, &mut to);
                } else {
                    self.add_input_gradient(weight, dy, to, scratch);
                }
            });
        }
        Tensor::new(self.sweep.input(), to).expect("there is an element for every one of the input")
    }

    fn add_input_gradient(&self, weight: &Tensor, dy: &[f32], to: &mut [f32], scratch: &mut Scratch) {
        let images = dy.len() / self.answer();
        let Scratch { spread, columns, answers } = scratch;
        let elements = self.unfold.spread_elements();
        spread.clear();
        spread.resize(images * elements, 0.0);
        for block in self.unfold.blocks(images) {
            let width = self.unfold.width(block);
            self.packed(dy, block, answers);
            columns.clear();
            columns.resize(self.depth * width, 0.0);
            let mut made = matrix_mut(columns, self.depth, width);
            gemm::accumulate(&self.weight(weight).t(), &matrix(answers, self.outputs, width), &mut made);
            for (image, spread) in spread.chunks_exact_mut(elements).enumerate() {
                self.unfold.fold(columns, block, image, spread);
            }
        }
        for (spread, to) in spread.chunks_exact(elements).zip(to.chunks_exact_mut(self.image())) {
            self.unfold.gather(spread, to);
        }
    }
}

/// Begins rows of sums with the bias of each, or with nothing.
fn begin(rows: &mut [f32], width: usize, bias: Option<&Tensor>) {
    match bias {
        Some(bias) => rows.chunks_exact_mut(width).zip(bias.data()).for_each(|(row, &b)| row.fill(b)),
        None => rows.fill(0.0),
    }
}
