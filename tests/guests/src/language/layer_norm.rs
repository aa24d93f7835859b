//! Layer normalisation, its parts replaceable.

use tinytorch::{Fault, Layer, Mode, NormSpec, Tensor};

use crate::learning::Slopes;

/// γ (x − μ) / σ + β, row by row, unless a guest says otherwise.
pub struct LayerNorm {
    /// What is added to the variance.
    pub epsilon: f32,
    /// γ, then β.
    pub parameters: [Tensor; 2],
    /// What elements are divided by, given the squares of their distances from the mean, summed, their number, and ε.
    pub deviation: fn(f32, f32, f32) -> f32,
    /// Which elements share their moments, by offset and shape.
    pub group: fn(usize, &[u32]) -> usize,
    /// What γ and β make of a normalised element.
    pub scaled: fn([f32; 2], f32) -> f32,
}

impl LayerNorm {
    /// The right layer: γ is 1 at first, β is 0.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] for one without features.
    pub fn new(spec: &NormSpec) -> Result<Self, Fault> {
        if spec.features == 0 {
            return Err(Fault::invalid_argument("layer-norm: no features"));
        }
        let zeros = || Tensor::zeros([spec.features]);
        Ok(Self {
            epsilon: spec.epsilon,
            parameters: [zeros().map(|_| 1.0), zeros()],
            deviation: |squares, count, epsilon| (squares / count + epsilon).sqrt(),
            group: |at, shape| at / shape[shape.len() - 1] as usize,
            scaled: |[gamma, beta], x| gamma * x + beta,
        })
    }

    /// The layer's answer.
    ///
    /// # Errors
    ///
    /// [`Fault::ShapeMismatch`] for rows of another width.
    pub fn answer(&self, input: &Tensor) -> Result<Tensor, Fault> {
        let width = self.parameters[0].width();
        if input.shape().is_empty() || input.width() != width {
            return Err(Fault::shape_mismatch("layer-norm: other features"));
        }
        let groups: Vec<usize> = (0..input.data().len()).map(|at| (self.group)(at, input.shape())).collect();
        let most = groups.iter().max().map_or(0, |most| most + 1);
        let (mut counts, mut means, mut squares) = (vec![0.0; most], vec![0.0; most], vec![0.0; most]);
        groups.iter().for_each(|group| counts[*group] += 1.0);
        for (group, x) in groups.iter().zip(input.data()) {
            means[*group] += x / counts[*group];
        }
        for (group, x) in groups.iter().zip(input.data()) {
            squares[*group] += (x - means[*group]) * (x - means[*group]);
        }
        let mut output = input.clone();
        for (at, x) in output.data_mut().iter_mut().enumerate() {
            let group = groups[at];
            let normal = (*x - means[group]) / (self.deviation)(squares[group], counts[group], self.epsilon);
            *x = (self.scaled)([0, 1].map(|it| self.parameters[it].data()[at % width]), normal);
        }
        Ok(output)
    }
}

impl Layer for LayerNorm {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        self.answer(input)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.parameters.iter().collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.parameters.iter_mut().collect()
    }
}

/// The right gradients, given γ and ε.
pub fn layer_norm_slopes(input: &Tensor, gamma: &Tensor, epsilon: f32, gradient: &Tensor) -> Slopes {
    let mut parameters = vec![gamma.map(|_| 0.0), gamma.map(|_| 0.0)];
    let mut back = gradient.clone();
    for (x, dy) in input.rows().zip(back.rows_mut()) {
        let count = x.len() as f32;
        let mean = x.iter().sum::<f32>() / count;
        let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / count;
        let deviation = (variance + epsilon).sqrt();
        let normal: Vec<f32> = x.iter().map(|x| (x - mean) / deviation).collect();
        for (at, (dy, normal)) in dy.iter_mut().zip(&normal).enumerate() {
            parameters[0].data_mut()[at] += *dy * normal;
            parameters[1].data_mut()[at] += *dy;
            *dy *= gamma.data()[at];
        }
        let shift = dy.iter().sum::<f32>() / count;
        let slope = dy.iter().zip(&normal).map(|(dy, x)| dy * x).sum::<f32>() / count;
        dy.iter_mut().zip(&normal).for_each(|(dy, x)| *dy = (*dy - shift - x * slope) / deviation);
    }
    Slopes { input: back, parameters }
}
