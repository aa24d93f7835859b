//! Batch normalisation over images, in two passes over each channel.

use tinytorch::{Fault, Layer, Mode, NormSpec, Tensor};

use crate::{
    activation::{same, trained},
    window::images,
};

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the batch's moments in training.
pub(crate) struct BatchNorm2d {
    epsilon: f32,
    /// gamma, then beta: [features] each.
    parameters: [Tensor; 2],
    gradients: [Tensor; 2],
    /// The running mean, then the running variance.
    running: [Vec<f32>; 2],
    /// The last training input.
    input: Option<Tensor>,
}

impl BatchNorm2d {
    pub(crate) fn new(spec: NormSpec) -> Self {
        let zeros = || Tensor::zeros([spec.features]);
        let features = spec.features as usize;
        Self {
            epsilon: spec.epsilon,
            parameters: [zeros().map(|_| 1.0), zeros()],
            gradients: [zeros(), zeros()],
            running: [vec![0.0; features], vec![1.0; features]],
            input: None,
        }
    }

    /// For each channel the places of its elements.
    fn channels(&self, input: &Tensor) -> Result<Vec<Vec<usize>>, Fault> {
        let [count, channels, height, width] = images("batch-norm2d", input)?.map(|extent| extent as usize);
        let wanted = self.running[0].len();
        if channels != wanted {
            return Err(Fault::shape_mismatch(format!("batch-norm2d: {wanted} channels, not {channels}")));
        }
        let mut places = vec![Vec::new(); channels];
        for at in 0..count * channels * height * width {
            places[at / (height * width) % channels].push(at);
        }
        Ok(places)
    }
}

/// Mean and biased variance of the elements at these places.
fn moments(input: &Tensor, places: &[usize]) -> [f32; 2] {
    let count = places.len().max(1) as f32;
    let mut mean = 0.0;
    for &at in places {
        mean += input.data()[at] / count;
    }
    let mut variance = 0.0;
    for &at in places {
        variance += (input.data()[at] - mean) * (input.data()[at] - mean) / count;
    }
    [mean, variance]
}

impl Layer for BatchNorm2d {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let mut output = input.clone();
        for (channel, places) in self.channels(input)?.iter().enumerate() {
            let mut own = [self.running[0][channel], self.running[1][channel]];
            if mode == Mode::Training {
                own = moments(input, places);
                for (running, new) in self.running.iter_mut().zip(own) {
                    running[channel] = 0.9 * running[channel] + 0.1 * new;
                }
            }
            let [mean, variance] = own;
            let deviation = (variance + self.epsilon).sqrt();
            let [gamma, beta] = [0, 1].map(|i| self.parameters[i].data()[channel]);
            for &at in places {
                output.data_mut()[at] = gamma * (input.data()[at] - mean) / deviation + beta;
            }
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
        let input = trained("batch-norm2d", &self.input)?;
        same("batch-norm2d", gradient, input.shape())?;
        let mut back = Tensor::zeros(input.shape());
        for (channel, places) in self.channels(input)?.iter().enumerate() {
            let [mean, variance] = moments(input, places);
            let deviation = (variance + self.epsilon).sqrt();
            let normal = |at: usize| (input.data()[at] - mean) / deviation;
            let (mut to_gamma, mut to_beta) = (0.0, 0.0);
            for &at in places {
                to_gamma += gradient.data()[at] * normal(at);
                to_beta += gradient.data()[at];
            }
            let (gamma, count) = (self.parameters[0].data()[channel], places.len() as f32);
            for &at in places {
                let centred = gradient.data()[at] - to_beta / count - normal(at) * to_gamma / count;
                back.data_mut()[at] = gamma / deviation * centred;
            }
            self.gradients[0].data_mut()[channel] += to_gamma;
            self.gradients[1].data_mut()[channel] += to_beta;
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
        let features = self.running[0].len();
        if state.len() != 8 * features {
            return Err(Fault::invalid_argument("batch-norm2d: another layer's state"));
        }
        for (i, bytes) in state.as_chunks().0.iter().enumerate() {
            self.running[i / features][i % features] = f32::from_le_bytes(*bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_gradients;

    #[test]
    fn gradients_go_through_the_moments() {
        let mut layer = BatchNorm2d::new(NormSpec { features: 2, epsilon: 1e-5 });
        layer.parameters_mut()[0].data_mut()[1] = -2.0;
        check_gradients(layer, &[3, 2, 2, 2], 1e-2);
    }

    #[test]
    fn a_tenth_of_every_batch_stays() {
        let mut layer = BatchNorm2d::new(NormSpec { features: 1, epsilon: 0.0 });
        let input = Tensor::new([2, 1, 1, 1], vec![4.0, 8.0]).unwrap();
        assert_eq!(layer.forward(&input, Mode::Training).unwrap().data(), [-1.0, 1.0]);
        let [mean, variance] = [layer.running[0][0], layer.running[1][0]];
        assert!((mean - 0.6).abs() < 1e-6 && (variance - 1.3).abs() < 1e-6, "{mean}, {variance}");
        let state = layer.state();
        let mut other = BatchNorm2d::new(NormSpec { features: 1, epsilon: 0.0 });
        other.set_state(&state).unwrap();
        assert_eq!(other.forward(&input, Mode::Inference), layer.forward(&input, Mode::Inference));
        assert!(other.set_state(&state[1..]).is_err());
    }
}
