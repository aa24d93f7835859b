//! Dropout: in training some elements are left out, so that no feature relies on another.

use tinytorch::{Fault, Layer, Mode, Rng, Tensor};

use crate::kept::{Kept, alike, zip};

/// Inverted dropout: what is kept is divided by the probability of being kept, so that the mean stays (Srivastava and
/// others, "Dropout", 2014, §10, where weights are scaled instead). The identity in inference.
pub(crate) struct Dropout {
    probability: f32,
    rng: Rng,
    /// What each element of the last training pass was multiplied by.
    mask: Kept,
}

impl Dropout {
    /// A layer that leaves elements out with this probability, by a generator of its own.
    pub(crate) fn new(probability: f32, rng: &mut Rng) -> Result<Self, Fault> {
        if !(0.0..1.0).contains(&probability) {
            return Err(Fault::invalid_argument(format!(
                "dropout: a probability from 0 to below 1 wanted, {probability} given"
            )));
        }
        Ok(Self { probability, rng: Rng::new(rng.bits()), mask: Kept::default() })
    }
}

/// Written so that nothing comes of what is left out, whatever it was.
fn masked(x: f32, factor: f32) -> f32 {
    if factor == 0.0 { 0.0 } else { x * factor }
}

impl Layer for Dropout {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        if mode == Mode::Inference {
            return Ok(input.clone());
        }
        let factor = 1.0 / (1.0 - self.probability);
        let mask = input.map(|_| if self.rng.uniform() < self.probability { 0.0 } else { factor });
        let output = zip(input, &mask, masked);
        self.mask.keep(mask);
        Ok(output)
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let mask = self.mask.of("dropout")?;
        alike("dropout", gradient, mask.shape())?;
        Ok(zip(gradient, mask, masked))
    }

    /// Where the generator stands.
    fn state(&self) -> Vec<u8> {
        self.rng.state().to_le_bytes().into()
    }

    fn set_state(&mut self, state: &[u8]) -> Result<(), Fault> {
        let state =
            state.try_into().map_err(|_| Fault::invalid_argument("dropout: another layer's state"))?;
        self.rng = Rng::new(u64::from_le_bytes(state));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_gradients, whole};

    fn layer(probability: f32) -> Dropout {
        Dropout::new(probability, &mut Rng::new(1)).unwrap()
    }

    #[test]
    fn what_is_kept_is_scaled_and_the_rest_is_nothing() {
        let ones = Tensor::from_fn([10_000], || 1.0);
        let output = layer(0.2).forward(&ones, Mode::Training).unwrap();
        let kept = output.data().iter().filter(|&&y| y == 1.25).count();
        assert!(output.data().iter().all(|&y| y == 0.0 || y == 1.25));
        // Five standard deviations of a binomial: 5 √(10⁴ · 0.2 · 0.8).
        assert!((7_800..=8_200).contains(&kept), "{kept}");
        assert_eq!(layer(0.2).forward(&ones, Mode::Inference), Ok(ones));
    }

    #[test]
    fn every_pass_draws_anew_and_a_state_draws_again() {
        let ones = Tensor::from_fn([64], || 1.0);
        let mut dropout = layer(0.5);
        let before = dropout.state();
        let first = dropout.forward(&ones, Mode::Training).unwrap();
        assert_ne!(dropout.forward(&ones, Mode::Training), Ok(first.clone()));
        dropout.set_state(&before).unwrap();
        assert_eq!(dropout.forward(&ones, Mode::Training), Ok(first));
        assert!(dropout.set_state(&[0; 7]).is_err());
    }

    #[test]
    fn gradients_are_left_out_where_the_input_was() {
        check_gradients(&mut layer(0.4), &whole(&[5, 6], 2), 0.5);
        let infinite = Tensor::from_fn([64], || f32::INFINITY);
        let output = layer(0.5).forward(&infinite, Mode::Training).unwrap();
        assert!(output.data().iter().all(|y| !y.is_nan()) && output.data().contains(&0.0));
    }

    #[test]
    fn a_probability_that_leaves_nothing_is_a_fault() {
        for probability in [-0.1, 1.0, 2.0, f32::NAN] {
            let found = Dropout::new(probability, &mut Rng::new(1)).err();
            assert!(matches!(found, Some(Fault::InvalidArgument(_))), "{probability}");
        }
    }
}
