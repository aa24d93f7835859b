//! Adam (Kingma and Ba, 2015, algorithm 1) and `AdamW` (Loshchilov and Hutter, *Decoupled Weight Decay Regularization*,
//! 2019, algorithm 2, with `PyTorch`'s rate before the decay): `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`,
//! `p ← p − rate · m̂ / (√v̂ + ε)`, where `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)`. Decay is added to the gradient, or
//! where it is decoupled `rate · decay · p` is taken from the parameter as it was before the step.

use tito_tensor::Tensor;

use crate::{Judged, ShapeError, Wide, shape_error::each_alike};

/// The settings of a run. They are f32s on purpose: the oracle evaluates what these say, and not what they stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// The learning rate.
    pub rate: f32,
    /// What is kept of the mean of gradients.
    pub beta1: f32,
    /// What is kept of the mean of their squares.
    pub beta2: f32,
    /// What is added to the root.
    pub epsilon: f32,
    /// The weight decay.
    pub decay: f32,
    /// Whether the decay goes past the moments.
    pub decoupled: bool,
}

/// A run in f64, whose moments persist from step to step.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// May be changed between steps, as a schedule does.
    pub settings: Adam,
    steps: i32,
    /// For each parameter m, the sums of absolute values in it, and v.
    moments: Vec<[Vec<f64>; 3]>,
}

impl Oracle {
    /// A run that has not begun: moments are zero.
    pub fn new(settings: Adam) -> Self {
        Self { settings, steps: 0, moments: Vec::new() }
    }

    /// What one step makes of these parameters.
    ///
    /// The gauge is |p| + rate · |m̂| / (√v̂ + ε) · (1 + κ), with the absolute values in m in place of m: the last factor
    /// is what rounding β₁ᵗ and β₂ᵗ does to 1 minus it, κ = Σ t βᵗ / (1 − βᵗ) / 16, since the tolerance is 17 at least. The
    /// terms are the operands and the steps so far.
    ///
    /// # Errors
    ///
    /// If there is not one gradient of the same shape for each parameter; nothing has moved then.
    pub fn step(&mut self, parameters: &[Wide], gradients: &[Wide]) -> Result<Vec<Judged>, ShapeError> {
        each_alike("adam", parameters.iter().map(Wide::shape), gradients.iter().map(Wide::shape))?;
        self.steps += 1;
        let Adam { rate, beta1, beta2, epsilon, decay, decoupled } = self.settings;
        let [rate, beta1, beta2, epsilon, decay] = [rate, beta1, beta2, epsilon, decay].map(f64::from);
        let (coupled, apart) = if decoupled { (0.0, decay) } else { (decay, 0.0) };
        let powers = [beta1, beta2].map(|beta| libm::pow(beta, f64::from(self.steps)));
        let [rest1, rest2] = powers.map(|power| 1.0 - power);
        let doubt = 1.0 + powers.iter().map(|p| f64::from(self.steps) * p / (1.0 - p)).sum::<f64>() / 16.0;
        self.moments.resize_with(parameters.len(), Default::default);
        let mut stepped = Vec::new();
        for ((p, g), [m, sizes, v]) in parameters.iter().zip(gradients).zip(&mut self.moments) {
            [&mut *m, sizes, v].into_iter().for_each(|moment| moment.resize(p.data().len(), 0.0));
            let (mut value, mut gauge) = (Vec::new(), Vec::new());
            for (i, (&p, &g)) in p.data().iter().zip(g.data()).enumerate() {
                let slope = g + coupled * p;
                let size = g.abs() + (coupled * p).abs();
                m[i] = beta1 * m[i] + (1.0 - beta1) * slope;
                sizes[i] = beta1 * sizes[i] + (1.0 - beta1) * size;
                v[i] = beta2 * v[i] + (1.0 - beta2) * slope * slope;
                let scale = rate / (libm::sqrt(v[i] / rest2) + epsilon);
                value.push(p - rate * apart * p - scale * m[i] / rest1);
                let moved = scale.abs() * sizes[i] / rest1 * doubt;
                gauge.push(p.abs() + (rate * apart * p).abs() + moved);
            }
            let value = Wide::new(p.shape().clone(), value).expect("every element has moved");
            stepped.push(Judged { value, gauge, terms: 8 + self.steps as usize });
        }
        Ok(stepped)
    }
}

/// A run in f32, whose moments persist from step to step.
#[derive(Clone, Debug)]
pub struct Native {
    /// May be changed between steps, as a schedule does.
    pub settings: Adam,
    steps: i32,
    moments: Vec<[Vec<f32>; 2]>,
}

impl Native {
    /// A run that has not begun: moments are zero.
    pub fn new(settings: Adam) -> Self {
        Self { settings, steps: 0, moments: Vec::new() }
    }

    /// Moves these parameters by one step.
    ///
    /// # Errors
    ///
    /// If there is not one gradient of the same shape for each parameter; nothing has moved then.
    pub fn step(&mut self, parameters: &mut [Tensor], gradients: &[Tensor]) -> Result<(), ShapeError> {
        each_alike("adam", parameters.iter().map(Tensor::shape), gradients.iter().map(Tensor::shape))?;
        self.steps += 1;
        let Adam { rate, beta1, beta2, epsilon, decay, decoupled } = self.settings;
        let (coupled, apart) = if decoupled { (0.0, decay) } else { (decay, 0.0) };
        let rest = |beta: f32| 1.0 - libm::pow(f64::from(beta), f64::from(self.steps));
        let (rate1, root2) = ((f64::from(rate) / rest(beta1)) as f32, libm::sqrt(rest(beta2)) as f32);
        self.moments.resize_with(parameters.len(), Default::default);
        for ((p, g), [m, v]) in parameters.iter_mut().zip(gradients).zip(&mut self.moments) {
            [&mut *m, v].into_iter().for_each(|moment| moment.resize(p.data().len(), 0.0));
            for (((p, g), m), v) in p.data_mut().iter_mut().zip(g.data()).zip(m).zip(v) {
                let g = g + coupled * *p;
                *m = beta1 * *m + (1.0 - beta1) * g;
                *v = beta2 * *v + (1.0 - beta2) * g * g;
                *p -= rate * apart * *p + rate1 * *m / (v.sqrt() / root2 + epsilon);
            }
        }
        Ok(())
    }
}
