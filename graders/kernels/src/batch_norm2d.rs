//! Batch normalisation over images: `y = γ · (x − μ) / √(σ² + ε) + β`, channel by channel (Ioffe and Szegedy, *Batch
//! Normalization*, 2015, algorithm 1; the gradients are those of §3).
//!
//! In training μ and σ² are the mean and the biased variance of the batch, over images and places; in inference they
//! are the running ones, which are state and no parameters. What the running ones become is [`running`]'s to say.

use rayon::prelude::*;
use tito_tensor::{Shape, Tensor};

pub use crate::affine::Affine;
use crate::{
    Gradients, Judged, ShapeError, Wide,
    affine::{Means, Spread},
    shape_error::alike,
    sum::{Sums, sum, sum_of},
};

/// Mean and variance of every channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments<T> {
    /// The means `[channels]`.
    pub mean: T,
    /// The biased variances `[channels]`.
    pub variance: T,
}

/// A batch normalised by its own moments, in f64, and the moments.
///
/// # Shapes
///
/// - `input`: `[n, channels, height, width]`, as the result
///
/// The gauge is |γ|(1 + |x̂|)(1 + |μ|/σ) + |β|: rounding the mean moves every difference, which counts the more the smaller
/// the deviation is beside the mean. A one-pass variance, which cancels, is not within it. The terms are the images'
/// elements of a channel.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle(input: &Wide, affine: Affine<'_, Wide>) -> Result<(Judged, Moments<Wide>), ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    let moments = norm.moments(input);
    let mut sums = Sums::zeros(input.data().len());
    norm.each(|channel, at| {
        let of = norm.channel(&moments, affine, channel);
        let [y, gauge] = of.spread.output(input.data()[at], of.gamma, of.beta);
        sums.add_gauged(at, y, gauge);
    });
    Ok((sums.judged(input.shape().clone(), norm.count()), moments))
}

/// Images normalised by given moments, in f64: what inference does. Each moment was made of so many elements, 1 where it
/// is given exactly.
///
/// The gauge is the one of training, |γ|(1 + |x̂|)(1 + |μ|/σ) + |β|, because nobody can give a submission its moments: it
/// has made them itself, with the roundings of every batch. The terms are those elements and the five operands.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle_inference(
    input: &Wide,
    affine: Affine<'_, Wide>,
    moments: &Moments<Wide>,
    made_of: usize,
) -> Result<Judged, ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    norm.holds(moments.mean.shape(), moments.variance.shape())?;
    let mut sums = Sums::zeros(input.data().len());
    norm.each(|channel, at| {
        let of = norm.channel(moments, affine, channel);
        let [y, gauge] = of.spread.output(input.data()[at], of.gamma, of.beta);
        sums.add_gauged(at, y, gauge);
    });
    Ok(sums.judged(input.shape().clone(), made_of + 5))
}

/// The gradients in training in f64, given the one with respect to the output; those of the parameters are γ's and β's.
///
/// The gauges are the sums of the absolute values of the terms, times 1 + |μ|/σ where x̂ enters: Σ|dy| for β,
/// Σ|dy|(1 + |x̂|)(1 + |μ|/σ) for γ, and |γ|/σ · (|dy| + mean|dy| + (1 + |x̂|) mean(|dy|(1 + |x̂|)))(1 + |μ|/σ) for x.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn oracle_backward(
    input: &Wide,
    affine: Affine<'_, Wide>,
    gradient: &Wide,
) -> Result<Gradients<Judged>, ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    alike("batch-norm2d backward", gradient.shape(), input.shape())?;
    let moments = norm.moments(input);
    let (mut to_gamma, mut to_beta) = (Sums::zeros(norm.channels), Sums::zeros(norm.channels));
    norm.each(|channel, at| {
        let of = norm.channel(&moments, affine, channel);
        let dy = gradient.data()[at];
        to_beta.add(channel, dy);
        let [term, gauge] = of.spread.to_gamma(input.data()[at], dy);
        to_gamma.add_gauged(channel, term, gauge);
    });
    let channels = Shape::from([norm.channels as u32]);
    let to_gamma = to_gamma.judged(channels.clone(), norm.count());
    let to_beta = to_beta.judged(channels, norm.count());
    let mut sums = Sums::zeros(input.data().len());
    norm.each(|channel, at| {
        let of = norm.channel(&moments, affine, channel);
        let mean = |of_all: f64| of_all / norm.count() as f64;
        let means = Means {
            shift: mean(to_beta.value.data()[channel]),
            slope: mean(to_gamma.value.data()[channel]),
            shifts: mean(to_beta.gauge[channel]),
            slopes: mean(to_gamma.gauge[channel]),
        };
        let scale = of.gamma / of.spread.deviation;
        let [dx, gauge] = of.spread.to_input(scale, input.data()[at], gradient.data()[at], means);
        sums.add_gauged(at, dx, gauge);
    });
    let input = sums.judged(input.shape().clone(), norm.count());
    Ok(Gradients { input, parameters: vec![to_gamma, to_beta] })
}

/// What running moments become after a batch: `(1 − momentum) · running + momentum · batch`, in f64.
///
/// # Panics
///
/// If the batch has other channels.
pub fn running(running: &Moments<Wide>, batch: &Moments<Wide>, momentum: f32) -> Moments<Wide> {
    let momentum = f64::from(momentum);
    let mix = |old: &Wide, new: &Wide| old.zip(new, |old, new| (1.0 - momentum) * old + momentum * new);
    Moments { mean: mix(&running.mean, &batch.mean), variance: mix(&running.variance, &batch.variance) }
}

/// A batch normalised by its own moments, in f32, of the same shapes as the [`oracle`]'s, and the moments.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native(input: &Tensor, affine: Affine<'_, Tensor>) -> Result<(Tensor, Moments<Tensor>), ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    let moments = norm.native_moments(input);
    let output = norm.native(input, affine, &moments);
    Ok((output, moments))
}

/// Images normalised by given moments, in f32, as [`oracle_inference`] has them.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_inference(
    input: &Tensor,
    affine: Affine<'_, Tensor>,
    moments: &Moments<Tensor>,
) -> Result<Tensor, ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    norm.holds(moments.mean.shape(), moments.variance.shape())?;
    Ok(norm.native(input, affine, moments))
}

/// The gradients in training in f32, as [`oracle_backward`] has them.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_backward(
    input: &Tensor,
    affine: Affine<'_, Tensor>,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    native_backward_by(input, affine, &norm.native_moments(input), gradient)
}

/// The same, for whoever has kept the moments that [`native`] found.
///
/// # Errors
///
/// If the shapes do not meet.
pub fn native_backward_by(
    input: &Tensor,
    affine: Affine<'_, Tensor>,
    moments: &Moments<Tensor>,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, ShapeError> {
    let norm = Norm::new(input.shape(), affine.gamma.shape(), affine.beta.shape())?;
    norm.holds(moments.mean.shape(), moments.variance.shape())?;
    alike("batch-norm2d backward", gradient.shape(), input.shape())?;
    let scale = norm.scale(&moments.variance, affine.epsilon);
    let means = moments.mean.data();
    // Σ dy and Σ dy · x̂ of each channel.
    let sums = norm.by_channel(|channel| {
        let planes = norm.planes(channel).map(|at| (&input.data()[at.clone()], &gradient.data()[at]));
        planes.fold([0.0, 0.0], |[shift, slope], (x, dy)| {
            let products: f32 = sum_of(x, dy, |x, dy| (x - means[channel]) * dy);
            [shift + sum(dy), slope + products * scale[channel]]
        })
    });
    let count = norm.count() as f32;
    let mut output = vec![0.0; input.data().len()];
    norm.each_plane(&mut output, |plane, output| {
        let channel = plane % norm.channels;
        let [shift, slope] = sums[channel].map(|sum| sum / count);
        let (mean, scale) = (means[channel], scale[channel]);
        let factor = affine.gamma.data()[channel] * scale;
        let at = plane * norm.plane..(plane + 1) * norm.plane;
        let operands = input.data()[at.clone()].iter().zip(&gradient.data()[at]);
        for (out, (x, dy)) in output.iter_mut().zip(operands) {
            *out = factor * (dy - shift - (x - mean) * scale * slope);
        }
    });
    let vector = |place: usize| Tensor::from_fn([norm.channels as u32], |channel| sums[channel][place]);
    let input = Tensor::new(input.shape().clone(), output).expect("an element for every one of the input");
    Ok(Gradients { input, parameters: vec![vector(1), vector(0)] })
}

/// A normalisation whose shapes meet.
struct Norm {
    images: usize,
    channels: usize,
    /// The elements of one channel of one image.
    plane: usize,
}

/// What an element meets.
struct Channel {
    spread: Spread,
    gamma: f64,
    beta: f64,
}

impl Norm {
    fn new(input: &Shape, gamma: &Shape, beta: &Shape) -> Result<Self, ShapeError> {
        let &[images, channels, height, width] = input.extents() else {
            return Err(ShapeError::Images { operation: "batch-norm2d", input: input.clone() });
        };
        let [images, channels, height, width] =
            [images, channels, height, width].map(|extent| extent as usize);
        let norm = Self { images, channels, plane: height * width };
        norm.has("gamma", gamma)?;
        norm.has("beta", beta)?;
        Ok(norm)
    }

    fn holds(&self, mean: &Shape, variance: &Shape) -> Result<(), ShapeError> {
        self.has("mean", mean)?;
        self.has("variance", variance)
    }

    fn has(&self, name: &'static str, found: &Shape) -> Result<(), ShapeError> {
        if found.extents() == [self.channels as u32] {
            return Ok(());
        }
        let (found, channels) = (found.clone(), self.channels);
        Err(ShapeError::Channels { operation: "batch-norm2d", name, found, channels })
    }

    /// The elements of one channel of all images, 1 where there are none, so that a mean of nothing is 0.
    fn count(&self) -> usize {
        (self.images * self.plane).max(1)
    }

    /// Tells every element with its channel.
    fn each(&self, mut tell: impl FnMut(usize, usize)) {
        for at in 0..self.images * self.channels * self.plane {
            tell(at / self.plane % self.channels, at);
        }
    }

    fn moments(&self, input: &Wide) -> Moments<Wide> {
        let count = self.count() as f64;
        let vector = |data| Wide::new([self.channels as u32], data).expect("there is one a channel");
        let mut mean = vec![0.0; self.channels];
        self.each(|channel, at| mean[channel] += input.data()[at] / count);
        let mut variance = vec![0.0; self.channels];
        self.each(|channel, at| variance[channel] += (input.data()[at] - mean[channel]).powi(2) / count);
        Moments { mean: vector(mean), variance: vector(variance) }
    }

    fn channel(&self, moments: &Moments<Wide>, affine: Affine<'_, Wide>, channel: usize) -> Channel {
        Channel {
            spread: Spread::new(
                moments.mean.data()[channel],
                moments.variance.data()[channel],
                affine.epsilon,
            ),
            gamma: affine.gamma.data()[channel],
            beta: affine.beta.data()[channel],
        }
    }

    /// Where the planes of a channel lie, image by image.
    fn planes(&self, channel: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        let (plane, step) = (self.plane, self.channels * self.plane);
        (0..self.images).map(move |image| image * step + channel * plane).map(move |at| at..at + plane)
    }

    /// What `of` gives for every channel, one by one and so alike for any number of threads.
    fn by_channel<T: Send>(&self, of: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
        (0..self.channels).into_par_iter().map(of).collect()
    }

    fn native_moments(&self, input: &Tensor) -> Moments<Tensor> {
        let count = self.count() as f32;
        let both = self.by_channel(|channel| {
            let planes = || self.planes(channel).map(|at| &input.data()[at]);
            let mean = planes().map(sum).sum::<f32>() / count;
            let squares = planes().map(|x| sum_of(x, x, |a, b| (a - mean) * (b - mean))).sum::<f32>();
            [mean, squares / count]
        });
        let vector = |place: usize| Tensor::from_fn([self.channels as u32], |channel| both[channel][place]);
        Moments { mean: vector(0), variance: vector(1) }
    }

    /// 1 / √(σ² + ε) of every channel.
    fn scale(&self, variance: &Tensor, epsilon: f32) -> Vec<f32> {
        variance.data().iter().map(|variance| 1.0 / (variance + epsilon).sqrt()).collect()
    }

    fn native(&self, input: &Tensor, affine: Affine<'_, Tensor>, moments: &Moments<Tensor>) -> Tensor {
        let scale = self.scale(&moments.variance, affine.epsilon);
        let mut output = vec![0.0; input.data().len()];
        self.each_plane(&mut output, |plane, output| {
            let channel = plane % self.channels;
            let (mean, beta) = (moments.mean.data()[channel], affine.beta.data()[channel]);
            let factor = affine.gamma.data()[channel] * scale[channel];
            let source = &input.data()[plane * self.plane..][..self.plane];
            output.iter_mut().zip(source).for_each(|(y, x)| *y = (x - mean) * factor + beta);
        });
        Tensor::new(input.shape().clone(), output).expect("there is an element for every one of the input")
    }

    fn each_plane(&self, data: &mut [f32], work: impl Fn(usize, &mut [f32]) + Sync) {
        if self.plane > 0 {
            data.par_chunks_exact_mut(self.plane).enumerate().for_each(|(plane, data)| work(plane, data));
        }
    }
}
