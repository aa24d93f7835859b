//! Batch normalisation over images, channel by channel.

use tinytorch::{Fault, Layer, Mode, NormSpec, Tensor};

use crate::{
    kept::{Kept, alike},
    sum::{sum, sum_of},
    weights::Weights,
};

/// How much of a batch's moments goes into the running ones.
const MOMENTUM: f32 = 0.1;

/// y = γ (x − μ) / √(σ² + ε) + β, where μ and σ² are the batch's in training and the running ones in inference (Ioffe and
/// Szegedy, "Batch Normalization", 2015, algorithms 1 and 2). Variances are biased, the running one, too.
pub(crate) struct BatchNorm2d {
    /// γ and β, each [features].
    weights: Weights,
    gradients: Weights,
    epsilon: f32,
    running: Moments,
    /// (x − μ) / √(σ² + ε) of the last training pass.
    normal: Kept,
    /// 1 / √(σ² + ε) of the last training pass.
    scale: Vec<f32>,
}

/// Mean and variance of every channel.
#[derive(Clone)]
struct Moments {
    mean: Vec<f32>,
    variance: Vec<f32>,
}

impl BatchNorm2d {
    /// γ and the running variance are 1 at first, β and the running mean 0.
    pub(crate) fn new(spec: NormSpec) -> Result<Self, Fault> {
        if spec.features == 0 || spec.epsilon < 0.0 || spec.epsilon.is_nan() {
            return Err(Fault::invalid_argument(
                "batch-norm2d: a layer needs a feature, and an epsilon from 0",
            ));
        }
        let ones = Tensor::from_fn([spec.features], || 1.0);
        let weights = Weights { weight: ones, bias: Some(Tensor::zeros([spec.features])) };
        let features = spec.features as usize;
        let running = Moments { mean: vec![0.0; features], variance: vec![1.0; features] };
        let gradients = weights.zeros();
        let (normal, scale) = (Kept::default(), Vec::new());
        Ok(Self { weights, gradients, epsilon: spec.epsilon, running, normal, scale })
    }

    /// The elements of a plane, 1 at least.
    fn plane(&self, input: &Tensor) -> Result<usize, Fault> {
        let features = self.features();
        match *input.shape() {
            [_, channels, height, width] if channels as usize == features => {
                Ok((height as usize * width as usize).max(1))
            }
            ref found => Err(Fault::shape_mismatch(format!(
                "batch-norm2d: images of {features} channels wanted, shape {found:?} given"
            ))),
        }
    }

    fn features(&self) -> usize {
        self.running.mean.len()
    }

    /// The moments of a batch, in two passes: a variance from the sum of squares would cancel.
    fn moments(&self, input: &Tensor, plane: usize) -> Moments {
        let features = self.features();
        let count = (input.data().len() / features).max(1) as f64;
        let planes = || input.data().chunks_exact(plane).enumerate().map(|(at, x)| (at % features, x));
        let mut sums = vec![0.0; features];
        planes().for_each(|(channel, x)| sums[channel] += f64::from(sum(x)));
        let mean: Vec<f32> = sums.iter().map(|sum| (sum / count) as f32).collect();
        let mut squares = vec![0.0; features];
        for (channel, x) in planes() {
            let mean = mean[channel];
            squares[channel] += f64::from(sum_of(x, x, |a, b| (a - mean) * (b - mean)));
        }
        Moments { mean, variance: squares.iter().map(|sum| (sum / count) as f32).collect() }
    }

    /// 1 / √(σ² + ε) of every channel.
    fn scale(&self, variance: &[f32]) -> Vec<f32> {
        variance.iter().map(|variance| 1.0 / (variance + self.epsilon).sqrt()).collect()
    }

    /// γ and β of a channel.
    fn affine(&self, channel: usize) -> [f32; 2] {
        let beta = self.weights.bias.as_ref().map_or(0.0, |bias| bias.data()[channel]);
        [self.weights.weight.data()[channel], beta]
    }

    fn infer(&self, input: &Tensor, plane: usize) -> Tensor {
        let scale = self.scale(&self.running.variance);
        let mut output = input.clone();
        for (at, plane) in output.data_mut().chunks_exact_mut(plane).enumerate() {
            let channel = at % self.features();
            let ([gamma, beta], mean) = (self.affine(channel), self.running.mean[channel]);
            let factor = gamma * scale[channel];
            plane.iter_mut().for_each(|x| *x = (*x - mean) * factor + beta);
        }
        output
    }

    fn train(&mut self, input: &Tensor, plane: usize) -> Tensor {
        let batch = self.moments(input, plane);
        mix(&mut self.running.mean, &batch.mean);
        mix(&mut self.running.variance, &batch.variance);
        self.scale = self.scale(&batch.variance);
        let (mut normal, mut output) = (input.clone(), Tensor::zeros(input.shape()));
        let planes = normal.data_mut().chunks_exact_mut(plane).zip(output.data_mut().chunks_exact_mut(plane));
        for (at, (normal, output)) in planes.enumerate() {
            let channel = at % self.features();
            let ([gamma, beta], mean, scale) =
                (self.affine(channel), batch.mean[channel], self.scale[channel]);
            for (x, y) in normal.iter_mut().zip(output) {
                *x = (*x - mean) * scale;
                *y = gamma * *x + beta;
            }
        }
        self.normal.keep(normal);
        output
    }
}

fn mix(running: &mut [f32], batch: &[f32]) {
    running.iter_mut().zip(batch).for_each(|(old, new)| *old = (1.0 - MOMENTUM) * *old + MOMENTUM * new);
}

impl Layer for BatchNorm2d {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let plane = self.plane(input)?;
        Ok(match mode {
            Mode::Training => self.train(input, plane),
            Mode::Inference => self.infer(input, plane),
        })
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.weights.list()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.weights.list_mut()
    }

    /// dβ = Σ dy, dγ = Σ dy x̂, dx = γ / σ (dy − mean dy − x̂ mean(dy x̂)): μ and σ move with the batch, too.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let normal = self.normal.of("batch-norm2d")?;
        alike("batch-norm2d", gradient, normal.shape())?;
        let (plane, features) = (self.plane(normal)?, self.features());
        let mut sums = vec![[0.0; 2]; features];
        let planes = normal.data().chunks_exact(plane).zip(gradient.data().chunks_exact(plane));
        for (at, (normal, gradient)) in planes.enumerate() {
            let [shift, slope] = &mut sums[at % features];
            *shift += f64::from(sum(gradient));
            *slope += f64::from(sum_of(normal, gradient, |x, g| x * g));
        }
        let count = (normal.data().len() / features).max(1) as f64;
        let mut back = gradient.clone();
        let planes = normal.data().chunks_exact(plane).zip(back.data_mut().chunks_exact_mut(plane));
        for (at, (normal, back)) in planes.enumerate() {
            let channel = at % features;
            let factor = self.weights.weight.data()[channel] * self.scale[channel];
            let [shift, slope] = sums[channel].map(|sum| (sum / count) as f32);
            back.iter_mut().zip(normal).for_each(|(g, x)| *g = factor * (*g - shift - x * slope));
        }
        for (channel, [shift, slope]) in sums.iter().enumerate() {
            for (gradient, sum) in self.gradients.list_mut().into_iter().zip([slope, shift]) {
                gradient.data_mut()[channel] += *sum as f32;
            }
        }
        Ok(back)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        self.gradients.list()
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        self.gradients.list_mut()
    }

    /// The running means, then the running variances.
    fn state(&self) -> Vec<u8> {
        let moments = self.running.mean.iter().chain(&self.running.variance);
        moments.flat_map(|moment| moment.to_le_bytes()).collect()
    }

    fn set_state(&mut self, state: &[u8]) -> Result<(), Fault> {
        let (moments, rest) = state.as_chunks::<4>();
        if moments.len() != 2 * self.features() || !rest.is_empty() {
            return Err(Fault::invalid_argument("batch-norm2d: the state of other features"));
        }
        let mut moments = moments.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let Moments { mean, variance } = &mut self.running;
        mean.iter_mut().chain(variance).zip(&mut moments).for_each(|(own, new)| *own = new);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_gradients, close, tensor, whole};

    fn layer(features: u32) -> BatchNorm2d {
        BatchNorm2d::new(NormSpec { features, epsilon: 1e-5 }).unwrap()
    }

    #[test]
    fn a_batch_has_its_own_moments_and_leaves_a_tenth_of_them() {
        let mut layer = layer(2);
        *layer.parameters_mut()[0] = tensor(&[2], &[2.0, 1.0]);
        *layer.parameters_mut()[1] = tensor(&[2], &[0.0, 5.0]);
        let input = tensor(&[2, 2, 1, 2], &[1.0, 3.0, 7.0, 7.0, 5.0, 7.0, 7.0, 7.0]);
        let output = layer.forward(&input, Mode::Training).unwrap();
        let root = 5.0_f32.sqrt();
        let expected = [-3.0, -1.0, 0.0, 0.0, 1.0, 3.0, 0.0, 0.0].map(|x: f32| 2.0 * x / root);
        let mut expected = tensor(&[2, 2, 1, 2], &expected);
        for at in [2, 3, 6, 7] {
            expected.data_mut()[at] = 5.0;
        }
        close(&expected, &output, "a batch");
        let close = |found: &[f32], expected: [f32; 2]| {
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
        };
        close(&layer.running.mean, [0.4, 0.7]);
        close(&layer.running.variance, [1.4, 0.9]);
    }

    #[test]
    fn inference_uses_what_ran_and_changes_nothing() {
        let mut layer = layer(1);
        layer.running = Moments { mean: vec![3.0], variance: vec![4.0] };
        let before = layer.state();
        let output = layer.forward(&tensor(&[1, 1, 1, 2], &[3.0, 5.0]), Mode::Inference).unwrap();
        close(&tensor(&[1, 1, 1, 2], &[0.0, 1.0]), &output, "inference");
        assert_eq!(layer.state(), before);
        assert!(layer.backward(&output).is_err(), "inference is nothing to go back from");
    }

    #[test]
    fn gradients_go_through_the_moments() {
        let mut layer = layer(2);
        *layer.parameters_mut()[0] = tensor(&[2], &[1.5, -0.5]);
        check_gradients(&mut layer, &whole(&[3, 2, 2, 3], 4), 1e-2);
    }

    #[test]
    fn what_it_cannot_work_with_is_a_fault() {
        for shape in [vec![2, 3], vec![1, 3, 2, 2]] {
            let found = layer(2).forward(&Tensor::zeros(shape), Mode::Training);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        assert_eq!(
            layer(2).forward(&Tensor::zeros([0, 2, 3, 3]), Mode::Training),
            Ok(Tensor::zeros([0, 2, 3, 3]))
        );
        assert!(layer(2).set_state(&[0; 15]).is_err() && layer(2).set_state(&[0; 20]).is_err());
        for epsilon in [-1.0, f32::NAN] {
            assert!(BatchNorm2d::new(NormSpec { features: 2, epsilon }).is_err());
        }
    }
}
