//! Dropout, its parts replaceable.

use tinytorch::{Fault, Layer, Mode, Rng, Tensor};

/// Inverted dropout, unless a guest says otherwise.
pub struct Dropout {
    /// The probability of being left out.
    pub probability: f32,
    /// What decides.
    pub rng: Rng,
    /// What elements are multiplied by, as many as are asked for.
    pub draw: fn(&mut Self, usize) -> Vec<f32>,
    /// Whether this mode leaves any out: training does.
    pub drops: fn(Mode) -> bool,
    /// What becomes of an element that is not asked whether it drops, given the probability: it stays.
    pub infer: fn(f32, f32) -> f32,
    /// What the gradient is multiplied by, given what the elements were.
    pub back: fn(&mut Self, Vec<f32>) -> Vec<f32>,
    /// What the elements were multiplied by in the last pass that dropped.
    pub mask: Option<Tensor>,
}

impl Dropout {
    /// The right layer.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] if the probability leaves nothing or is none.
    pub fn new(probability: f32, rng: &mut Rng) -> Result<Self, Fault> {
        if !(0.0..1.0).contains(&probability) {
            return Err(Fault::invalid_argument("dropout: a probability from 0 to below 1 is wanted"));
        }
        Ok(Self {
            probability,
            rng: Rng::new(rng.bits()),
            draw: Self::draw,
            drops: |mode| mode == Mode::Training,
            infer: |_, x| x,
            back: |_, mask| mask,
            mask: None,
        })
    }

    /// The right factors.
    pub fn draw(&mut self, count: usize) -> Vec<f32> {
        let factor = 1.0 / (1.0 - self.probability);
        (0..count).map(|_| if self.rng.uniform() < self.probability { 0.0 } else { factor }).collect()
    }
}

fn times(tensor: &Tensor, factors: &[f32]) -> Tensor {
    let mut factors = factors.iter();
    tensor.map(|x| x * factors.next().copied().unwrap_or_default())
}

impl Layer for Dropout {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        if !(self.drops)(mode) {
            return Ok(input.map(|x| (self.infer)(self.probability, x)));
        }
        let factors = (self.draw)(self, input.data().len());
        let output = times(input, &factors);
        self.mask = Some(Tensor::new(input.shape(), factors)?);
        Ok(output)
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let Some(mask) = &self.mask else {
            return Err(Fault::invalid_argument("dropout: backward before a forward pass in training"));
        };
        if gradient.shape() != mask.shape() {
            return Err(Fault::shape_mismatch("dropout: a gradient of another shape"));
        }
        let mask = mask.data().to_vec();
        Ok(times(gradient, &(self.back)(self, mask)))
    }

    fn state(&self) -> Vec<u8> {
        self.rng.state().to_le_bytes().to_vec()
    }

    fn set_state(&mut self, state: &[u8]) -> Result<(), Fault> {
        let state =
            state.try_into().map_err(|_| Fault::invalid_argument("dropout: another layer's state"))?;
        self.rng = Rng::new(u64::from_le_bytes(state));
        Ok(())
    }
}
