//! Dropout.

use tinytorch::{Fault, Layer, Mode, Rng, Tensor};

use crate::activation::{same, trained};

/// Leaves elements out in training, and divides the others by the probability of staying.
pub(crate) struct Dropout {
    probability: f32,
    rng: Rng,
    /// What the last training input was multiplied by.
    mask: Option<Tensor>,
}

impl Dropout {
    pub(crate) fn new(probability: f32, rng: &mut Rng) -> Result<Self, Fault> {
        if !(0.0..1.0).contains(&probability) {
            return Err(Fault::invalid_argument(format!("dropout: {probability} is no probability below 1")));
        }
        Ok(Self { probability, rng: Rng::new(rng.bits()), mask: None })
    }
}

impl Layer for Dropout {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let mut output = input.clone();
        if mode == Mode::Training {
            let mut mask = Tensor::zeros(input.shape());
            for i in 0..input.data().len() {
                if self.rng.uniform() >= self.probability {
                    mask.data_mut()[i] = 1.0 / (1.0 - self.probability);
                }
                output.data_mut()[i] *= mask.data()[i];
            }
            self.mask = Some(mask);
        }
        Ok(output)
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let mask = trained("dropout", &self.mask)?;
        same("dropout", gradient, mask.shape())?;
        let mut back = gradient.clone();
        for i in 0..back.data().len() {
            back.data_mut()[i] *= mask.data()[i];
        }
        Ok(back)
    }

    fn state(&self) -> Vec<u8> {
        self.rng.state().to_le_bytes().to_vec()
    }

    fn set_state(&mut self, state: &[u8]) -> Result<(), Fault> {
        let bytes =
            state.try_into().map_err(|_| Fault::invalid_argument("dropout: another layer's state"))?;
        self.rng = Rng::new(u64::from_le_bytes(bytes));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_gradients;

    #[test]
    fn what_stays_is_scaled() {
        let mut layer = Dropout::new(0.75, &mut Rng::new(4)).unwrap();
        let ones = Tensor::from_fn([1000], || 1.0);
        assert_eq!(layer.forward(&ones, Mode::Inference), Ok(ones.clone()));
        let output = layer.forward(&ones, Mode::Training).unwrap();
        let kept = output.data().iter().filter(|&&y| y == 4.0).count();
        assert!(output.data().iter().all(|&y| y == 0.0 || y == 4.0) && (180..=320).contains(&kept), "{kept}");
        assert_ne!(layer.forward(&ones, Mode::Training), Ok(output));
        check_gradients(layer, &[4, 5], 0.5);
        assert!(Dropout::new(1.0, &mut Rng::new(4)).is_err());
    }
}
