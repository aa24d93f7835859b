//! Batch normalisation, its parts replaceable.

use tinytorch::{Fault, Layer, Mode, NormSpec, Tensor};

use crate::Images;

/// Mean and variance of one channel.
pub type Moments = [f32; 2];

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
    /// What becomes of a running moment when a batch has another: nine tenths of the one and a tenth of the other.
    pub mix: fn(f32, f32) -> f32,
    /// Whether this mode takes the batch's moments: training does.
    pub own: fn(Mode) -> bool,
    /// The gradients of one channel's elements, given x̂, the gradients from above, and γ / σ.
    pub back: fn(&[f32], &[f32], f32) -> Vec<f32>,
    gradients: [Tensor; 2],
    input: Option<Tensor>,
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
            mix: |old, new| 0.9 * old + 0.1 * new,
            own: |mode| mode == Mode::Training,
            back: Self::back,
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
    pub fn back(normal: &[f32], gradients: &[f32], scale: f32) -> Vec<f32> {
        let count = normal.len().max(1) as f32;
        let shift = gradients.iter().sum::<f32>() / count;
        let slope = normal.iter().zip(gradients).map(|(x, dy)| x * dy).sum::<f32>() / count;
        normal.iter().zip(gradients).map(|(x, dy)| scale * (dy - shift - x * slope)).collect()
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
        elements.iter().map(|x| (x - mean) / (variance + self.epsilon).sqrt()).collect()
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
                let mix = |it: usize| (self.mix)(self.running[channel][it], batch[it]);
                self.running[channel] = [mix(0), mix(1)];
            }
            let moments = if (self.own)(mode) { batch } else { self.running[channel] };
            let [gamma, beta] = [0, 1].map(|it| self.parameters[it].data()[channel]);
            let answer: Vec<f32> = self.normal(&elements, moments).iter().map(|x| gamma * x + beta).collect();
            put(&mut output, places, &answer);
        }
        if mode == Mode::Training {
            self.input = Some(input.clone());
        }
        Ok(output)
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
            let scale = self.parameters[0].data()[channel] / (moments[1] + self.epsilon).sqrt();
            put(&mut back, places, &(self.back)(&normal, &dy, scale));
            self.gradients[0].data_mut()[channel] +=
                normal.iter().zip(&dy).map(|(x, dy)| x * dy).sum::<f32>();
            self.gradients[1].data_mut()[channel] += dy.iter().sum::<f32>();
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
