//! Two-dimensional convolution, which is cross-correlation as everywhere in deep learning:
//! `y[n, o, i, j] = b[o] + Σ x[n, c, i·s + u − p, j·s + v − p] · w[o, c, u, v]`, with zeros around the image.
//!
//! The native kernel puts images in planes where consecutive places see consecutive elements, and there multiplies the
//! kernel with what it meets, without unfolding it (after Georganas et al., *Anatomy of High-Performance Deep Learning
//! Convolutions on SIMD Architectures*, 2018). With a kernel of one element outputs are mixtures of channels, which is a
//! matrix product. Images are shared out among threads.

use ndarray::ArrayView2;
use rayon::prelude::*;
use tito_tensor::{Shape, Tensor};

use crate::{
    Gradients, Judged, ShapeError, Wide, Window,
    correlate::Correlation,
    gemm::{self, matrix, matrix_mut},
    planes::{self, Planes},
    scratch::Scratch,
    shape_error::alike,
    sum::{Sums, sum},
    weigh::Weighing,
    window::Sweep,
};

/// Images whose mixtures' gradients are summed by one task. A constant, so that sums are alike for any number of threads.
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
    let output =
        if conv.is_pointwise() { conv.mixed(input, weight, bias) } else { conv.answers(input, weight, bias) };
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
    let slopes = Slopes::new(&conv, input, gradient);
    Ok(Gradients { input: slopes.input(weight), parameters: slopes.parameters(weight, bias) })
}

/// The gradients of weight and bias alone, as [`native_backward`] has them: of a first layer's input nobody wants one.
///
/// # Errors
///
/// If the shapes do not meet or the window has no place.
pub fn native_parameters(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    window: Window,
    gradient: &Tensor,
) -> Result<Vec<Tensor>, ShapeError> {
    let conv = Conv::new(input.shape(), weight.shape(), bias.map(Tensor::shape), window)?;
    conv.meets(gradient.shape())?;
    Ok(Slopes::new(&conv, input, gradient).parameters(weight, bias))
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

    /// Whether a place sees one element of each channel, and every element is seen from one place.
    fn is_pointwise(&self) -> bool {
        self.sweep.window == Window { kernel: [1, 1], stride: [1, 1], padding: [0, 0] }
    }

    /// The matrix that mixes channels into outputs.
    fn weight<'a>(&self, weight: &'a Tensor) -> ArrayView2<'a, f32> {
        matrix(weight.data(), self.outputs, self.depth)
    }

    /// The answers where outputs are mixtures of channels.
    fn mixed(&self, input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Vec<f32> {
        let sites = self.sweep.sites();
        let mut output = vec![0.0; self.sweep.images * self.answer()];
        output.par_chunks_mut(self.answer().max(1)).zip(self.images(input, 1)).for_each(|(y, x)| {
            begin(y, sites, bias);
            let mut y = matrix_mut(y, self.outputs, sites);
            gemm::accumulate(&self.weight(weight), &matrix(x, self.depth, sites), &mut y);
        });
        output
    }

    /// The answers of any kernel.
    fn answers(&self, input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Vec<f32> {
        let mut output = vec![0.0; self.sweep.images * self.answer()];
        if output.is_empty() {
            return output;
        }
        let planes = Planes::of_images(&self.sweep, Planes::pitch_of_images(&self.sweep));
        let at_once = planes::interleaved(&self.sweep, planes.pitch);
        let correlation = Correlation::forward(&self.sweep, &planes, weight, bias);
        let parts = output.par_chunks_mut(at_once * self.answer()).zip(self.images(input, at_once));
        parts.for_each_init(
            || (Scratch::zeros(0), Scratch::zeros(0)),
            |(buffer, scratch), (y, x)| {
                let images = y.len() / self.answer();
                // The padding is written once: no image of as many interleaved ever writes there.
                if buffer.len() != planes.elements(images) {
                    buffer.clear(planes.elements(images));
                }
                planes.put(x, images, buffer);
                correlation.apply(buffer, images, y, scratch);
            },
        );
        output
    }
}

/// A convolution whose gradients are wanted.
struct Slopes<'a> {
    conv: &'a Conv,
    input: &'a Tensor,
    gradient: &'a Tensor,
    planes: Planes,
    /// How many images are interleaved.
    at_once: usize,
    /// The planes of the output's gradients, nothing where they are not needed.
    gradients: Scratch,
}

impl<'a> Slopes<'a> {
    fn new(conv: &'a Conv, input: &'a Tensor, gradient: &'a Tensor) -> Self {
        let pitch = Planes::common_pitch(&conv.sweep);
        let planes = Planes::of_gradients(&conv.sweep, conv.outputs, pitch);
        let at_once = planes::interleaved(&conv.sweep, pitch);
        let is_needed = !conv.is_pointwise() && !gradient.data().is_empty();
        let gradients =
            if is_needed { spread(&planes, at_once, conv.sweep.images, gradient) } else { Scratch::zeros(0) };
        Self { conv, input, gradient, planes, at_once, gradients }
    }

    fn parameters(&self, weight: &Tensor, bias: Option<&Tensor>) -> Vec<Tensor> {
        let to_bias = bias.map(|bias| {
            Tensor::new(bias.shape().clone(), self.bias()).expect("there is a sum for every output")
        });
        let to_weight =
            Tensor::new(weight.shape().clone(), self.weight()).expect("there is a sum for every weight");
        [to_weight].into_iter().chain(to_bias).collect()
    }

    /// Σ over images and places of the output's gradient.
    fn bias(&self) -> Vec<f32> {
        let sites = self.conv.sweep.sites();
        let mut sums = vec![0.0; self.conv.outputs];
        for image in self.gradient.data().chunks_exact(self.conv.answer().max(1)) {
            for (total, places) in sums.iter_mut().zip(image.chunks_exact(sites.max(1))) {
                *total += sum(places);
            }
        }
        sums
    }

    /// Σ over images and places of the output's gradient times what the kernel meets there.
    fn weight(&self) -> Vec<f32> {
        let Conv { sweep, outputs, depth, .. } = self.conv;
        if self.gradient.data().is_empty() || *depth == 0 {
            return vec![0.0; outputs * depth];
        }
        if self.conv.is_pointwise() {
            return self.mixtures();
        }
        let planes = Planes::of_images(sweep, self.planes.pitch);
        let images = spread(&planes, self.at_once, sweep.images, self.input);
        let (images, gradients) = ((&planes, &*images), (&self.planes, &*self.gradients));
        Weighing { sweep, outputs: *outputs, interleaved: self.at_once, images, gradients }.gradient()
    }

    /// The same where outputs are mixtures of channels: Σ over images of `dy · xᵀ`.
    fn mixtures(&self) -> Vec<f32> {
        let Conv { outputs, depth, sweep, .. } = self.conv;
        let sites = sweep.sites();
        let parts = self.conv.images(self.input, IMAGES).zip(self.answers(IMAGES));
        let part = |(x, dy): (&[f32], &[f32])| {
            let mut part = vec![0.0; outputs * depth];
            for (x, dy) in x.chunks_exact(self.conv.image()).zip(dy.chunks_exact(self.conv.answer())) {
                let (x, dy) = (matrix(x, *depth, sites), matrix(dy, *outputs, sites));
                gemm::accumulate(&dy, &x.t(), &mut matrix_mut(&mut part, *outputs, *depth));
            }
            part
        };
        let add = |mut sum: Vec<f32>, part: Vec<f32>| {
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            sum
        };
        let parts: Vec<Vec<f32>> = parts.map(part).collect();
        parts.into_iter().reduce(add).unwrap_or_else(|| vec![0.0; outputs * depth])
    }

    /// The gradient of the input: every element's is a sum over the places that see it.
    fn input(&self, weight: &Tensor) -> Tensor {
        let Conv { sweep, .. } = self.conv;
        let mut to = vec![0.0; self.input.data().len()];
        if !to.is_empty() && !self.gradient.data().is_empty() {
            if self.conv.is_pointwise() {
                self.unmixed(weight, &mut to);
            } else {
                self.correlated(weight, &mut to);
            }
        }
        Tensor::new(sweep.input(), to).expect("there is an element for every one of the input")
    }

    /// `weightᵀ · dy`, where outputs are mixtures of channels.
    fn unmixed(&self, weight: &Tensor, to: &mut [f32]) {
        let Conv { sweep, outputs, depth, .. } = self.conv;
        let parts = to.par_chunks_mut(self.conv.image()).zip(self.answers(1));
        parts.for_each(|(to, dy)| {
            let (dy, mut to) = (matrix(dy, *outputs, sweep.sites()), matrix_mut(to, *depth, sweep.sites()));
            gemm::accumulate(&self.conv.weight(weight).t(), &dy, &mut to);
        });
    }

    /// The same for any kernel, phase by phase of the stride.
    fn correlated(&self, weight: &Tensor, to: &mut [f32]) {
        let sweep = &self.conv.sweep;
        let phases = planes::phases(sweep).into_iter();
        let phases: Vec<_> =
            phases.filter_map(|phase| Correlation::backward(sweep, &self.planes, weight, phase)).collect();
        let parts = to.par_chunks_mut(self.at_once * self.conv.image()).enumerate();
        parts.for_each_init(
            || Scratch::zeros(0),
            |scratch, (part, to)| {
                let images = to.len() / self.conv.image();
                let gradients = &self.gradients[self.planes.start(part * self.at_once)..];
                phases.iter().for_each(|phase| phase.apply(gradients, images, to, scratch));
            },
        );
    }

    /// The gradients of the output, of so many images at a time.
    fn answers(&self, at_once: usize) -> impl IndexedParallelIterator<Item = &[f32]> {
        self.gradient.data().par_chunks((at_once * self.conv.answer()).max(1))
    }
}

/// Spreads all images in planes, interleaved by so many.
fn spread(planes: &Planes, at_once: usize, images: usize, data: &Tensor) -> Scratch {
    let mut spread = Scratch::zeros(planes.elements(images));
    let parts = spread.par_chunks_mut(planes.start(at_once)).take(images.div_ceil(at_once)).enumerate();
    parts.for_each(|(part, to)| {
        let first = part * at_once;
        planes.put(&data.data()[first * planes.image()..], at_once.min(images - first), to);
    });
    spread
}

/// Begins rows of sums with the bias of each, or with nothing.
fn begin(rows: &mut [f32], width: usize, bias: Option<&Tensor>) {
    match bias {
        Some(bias) => rows.chunks_exact_mut(width).zip(bias.data()).for_each(|(row, &b)| row.fill(b)),
        None => rows.fill(0.0),
    }
}
