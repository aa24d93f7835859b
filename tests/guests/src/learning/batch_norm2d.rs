//! Batch normalisation, its parts replaceable.

use tinytorch::{Fault, Layer, Mode, NormSpec, Tensor};

use crate::Images;

/// Mean and variance of one channel.
pub type Moments = [f32; 2];

/// The gradients of a channel's elements.
type OfElements = fn(&[f32], &[f32], [f32; 2]) -> Vec<f32>;

/// The gradients of a channel's γ and β.
type OfParameters = fn(&[f32], &[f32], &[f32]) -> [f32; 2];

/// Batch normalisation, unless a guest says otherwise.
pub struct BatchNorm2d {
    /// What is added to the variance.
    pub epsilon: f32,
    /// γ, then β, each of as many as there are features.
    pub parameters: [Tensor; 2],
    /// The running moments of every channel.
    pub running: Vec<Moments>,
    /// The moments of some elements: their mean and their biased variance.
    pub moments: fn(&[f32]) -> Moments,
    /// What becomes of the running moments when a batch of so many elements has others: nine tenths of the ones and a
    /// tenth of the others.
    pub mix: fn(Moments, Moments, usize) -> Moments,
    /// What elements are divided by, given their variance and ε.
    pub deviation: fn(f32, f32) -> f32,
    /// What γ and β make of a normalised element.
    pub scaled: fn([f32; 2], f32) -> f32,
    /// What becomes of the right answer to an input in training.
    pub answer: fn(&Self, &Tensor, Tensor) -> Tensor,
    /// Whether this mode takes the batch's moments: training does.
    pub own: fn(Mode) -> bool,
    /// The gradients of one channel's elements, given x̂, the gradients from above, and γ and σ.
    pub back: OfElements,
    /// The gradients of γ and β of one channel, given x, x̂ and the gradients from above.
    pub slopes: OfParameters,
    /// The sums of the gradients of γ and β.
    pub gradients: [Tensor; 2],
    /// The last input in training.
    pub input: Option<Tensor>,
}

impl BatchNorm2d {
    /// The right layer: γ and the running variance are 1 at first, β and the running mean 0.
    pub fn new(spec: &NormSpec) -> Self {
        let zeros = || Tensor::zeros([spec.features]);
        Self {
            epsilon: spec.epsilon,
            parameters: [zeros().map(|_| 1.0), zeros()],
            running: vec![[0.0, 1.0]; spec.features as usize],
            moments: Self::moments,
            mix: |old, new, _| [0, 1].map(|it| 0.9 * old[it] + 0.1 * new[it]),
            deviation: |variance, epsilon| (variance + epsilon).sqrt(),
            scaled: |[gamma, beta], x| gamma * x + beta,
            answer: |_, _, answer| answer,
            own: |mode| mode == Mode::Training,
            back: Self::back,
            slopes: Self::slopes,
            gradients: [zeros(), zeros()],
            input: None,
        }
    }

    /// The right moments.
    pub fn moments(elements: &[f32]) -> Moments {
        let count = elements.len().max(1) as f32;
        let mean = elements.iter().sum::<f32>() / count;
        [mean, elements.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / count]
    }

    /// The right gradients: the moments move with the elements.
    pub fn back(normal: &[f32], gradients: &[f32], [gamma, deviation]: [f32; 2]) -> Vec<f32> {
        let count = normal.len().max(1) as f32;
        let shift = gradients.iter().sum::<f32>() / count;
        let slope = normal.iter().zip(gradients).map(|(x, dy)| x * dy).sum::<f32>() / count;
        let scale = gamma / deviation;
        normal.iter().zip(gradients).map(|(x, dy)| scale * (dy - shift - x * slope)).collect()
    }

    /// The right gradients of γ and β.
    pub fn slopes(_: &[f32], normal: &[f32], gradients: &[f32]) -> [f32; 2] {
        [normal.iter().zip(gradients).map(|(x, dy)| x * dy).sum(), gradients.iter().sum()]
    }

    /// For every channel the places of its elements.
    fn channels(&self, input: &Tensor) -> Result<Vec<Vec<usize>>, Fault> {
        let [images, channels, height, width] = Images::of(input)?.shape;
        if channels != self.running.len() {
            return Err(Fault::shape_mismatch("batch-norm2d: other channels"));
        }
        let plane = height * width;
        let starts = |channel| (0..images).map(move |image| (image * channels + channel) * plane);
        Ok((0..channels).map(|channel| starts(channel).flat_map(|at| at..at + plane).collect()).collect())
    }

    fn normal(&self, elements: &[f32], [mean, variance]: Moments) -> Vec<f32> {
        let deviation = (self.deviation)(variance, self.epsilon);
        elements.iter().map(|x| (x - mean) / deviation).collect()
    }
}

fn picked(tensor: &Tensor, places: &[usize]) -> Vec<f32> {
    places.iter().map(|at| tensor.data()[*at]).collect()
}

fn put(tensor: &mut Tensor, places: &[usize], elements: &[f32]) {
    places.iter().zip(elements).for_each(|(at, element)| tensor.data_mut()[*at] = *element);
}

impl Layer for BatchNorm2d {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let mut output = input.clone();
        for (channel, places) in self.channels(input)?.iter().enumerate() {
            let elements = picked(input, places);
            let batch = (self.moments)(&elements);
            if mode == Mode::Training {
                self.running[channel] = (self.mix)(self.running[channel], batch, places.len());
            }
            let moments = if (self.own)(mode) { batch } else { self.running[channel] };
            let scales = [0, 1].map(|it| self.parameters[it].data()[channel]);
            let answer = self.normal(&elements, moments).into_iter().map(|x| (self.scaled)(scales, x));
            put(&mut output, places, &answer.collect::<Vec<_>>());
        }
        if mode == Mode::Inference {
            return Ok(output);
        }
        self.input = Some(input.clone());
        Ok((self.answer)(self, input, output))
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.parameters.iter().collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.parameters.iter_mut().collect()
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let Some(input) = &self.input else {
            return Err(Fault::invalid_argument("batch-norm2d: backward before a forward pass in training"));
        };
        if gradient.shape() != input.shape() {
            return Err(Fault::shape_mismatch("batch-norm2d: a gradient of another shape"));
        }
        let mut back = gradient.clone();
        for (channel, places) in self.channels(input)?.iter().enumerate() {
            let (elements, dy) = (picked(input, places), picked(gradient, places));
            let moments = (self.moments)(&elements);
            let normal = self.normal(&elements, moments);
            let scale = [self.parameters[0].data()[channel], (self.deviation)(moments[1], self.epsilon)];
            put(&mut back, places, &(self.back)(&normal, &dy, scale));
            let slopes = (self.slopes)(&elements, &normal, &dy);
            self.gradients.iter_mut().zip(slopes).for_each(|(sums, slope)| sums.data_mut()[channel] += slope);
        }
        Ok(back)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        self.gradients.iter().collect()
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        self.gradients.iter_mut().collect()
    }

    fn state(&self) -> Vec<u8> {
        self.running.concat().into_iter().flat_map(f32::to_le_bytes).collect()
    }

    fn set_state(&mut self, state: &[u8]) -> Result<(), Fault> {
        let numbers: Vec<f32> = state.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if state.len() != 8 * self.running.len() {
            return Err(Fault::invalid_argument("batch-norm2d: the state of other features"));
        }
        self.running = numbers.as_chunks().0.to_vec();
        Ok(())
    }
}
