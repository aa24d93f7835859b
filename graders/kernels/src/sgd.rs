//! Stochastic gradient descent with momentum and weight decay: `v ← momentum · v + g + decay · p`, `p ← p − rate · v`
//! (Sutskever, Martens, Dahl and Hinton, *On the importance of initialization and momentum*, 2013, §2, with the rate
//! outside of v as in `PyTorch`).

use tito_tensor::Tensor;

use crate::{Judged, ShapeError, Wide, shape_error::each_alike};

/// The settings of a run. They are f32s on purpose: the oracle evaluates what these say, and not what they stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// The learning rate.
    pub rate: f32,
    /// What is kept of the velocity.
    pub momentum: f32,
    /// The weight decay.
    pub decay: f32,
}

/// A run in f64, whose velocities persist from step to step.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// May be changed between steps, as a schedule does.
    pub settings: Sgd,
    steps: usize,
    /// For each parameter its velocity, and the sums of absolute values that it is made of.
    velocities: Vec<[Vec<f64>; 2]>,
}

impl Oracle {
    /// A run that has not begun: velocities are zero.
    pub fn new(settings: Sgd) -> Self {
        Self { settings, steps: 0, velocities: Vec::new() }
    }

    /// What one step makes of these parameters.
    ///
    /// The gauge is |p| + rate · Σ of the absolute values in v; the terms are the operands and the steps that v remembers,
    /// each of which has rounded it.
    ///
    /// # Errors
    ///
    /// If there is not one gradient of the same shape for each parameter; nothing has moved then.
    pub fn step(&mut self, parameters: &[Wide], gradients: &[Wide]) -> Result<Vec<Judged>, ShapeError> {
        each_alike("sgd", parameters.iter().map(Wide::shape), gradients.iter().map(Wide::shape))?;
        self.steps += 1;
        let Sgd { rate, momentum, decay } = self.settings;
        let [rate, momentum, decay] = [rate, momentum, decay].map(f64::from);
        self.velocities.resize_with(parameters.len(), Default::default);
        let remembered = self.steps.min((1.0 / (1.0 - momentum).max(1e-6)).ceil() as usize);
        let mut stepped = Vec::new();
        for ((p, g), velocity) in parameters.iter().zip(gradients).zip(&mut self.velocities) {
            let [v, gauge] = velocity;
            v.resize(p.data().len(), 0.0);
            gauge.resize(p.data().len(), 0.0);
            for (i, (p, g)) in p.data().iter().zip(g.data()).enumerate() {
                v[i] = momentum * v[i] + g + decay * p;
                gauge[i] = momentum.abs() * gauge[i] + g.abs() + (decay * p).abs();
            }
            let moved = p.data().iter().zip(&*v).map(|(p, v)| p - rate * v).collect();
            let gauge = p.data().iter().zip(&*gauge).map(|(p, v)| p.abs() + rate.abs() * v).collect();
            let value = Wide::new(p.shape().clone(), moved).expect("every element has moved");
            stepped.push(Judged { value, gauge, terms: 3 + remembered });
        }
        Ok(stepped)
    }
}

/// A run in f32, whose velocities persist from step to step.
#[derive(Clone, Debug)]
pub struct Native {
    /// May be changed between steps, as a schedule does.
    pub settings: Sgd,
    velocities: Vec<Vec<f32>>,
}

impl Native {
    /// A run that has not begun: velocities are zero.
    pub fn new(settings: Sgd) -> Self {
        Self { settings, velocities: Vec::new() }
    }

    /// Moves these parameters by one step.
    ///
    /// # Errors
    ///
    /// If there is not one gradient of the same shape for each parameter; nothing has moved then.
    pub fn step(&mut self, parameters: &mut [Tensor], gradients: &[Tensor]) -> Result<(), ShapeError> {
        each_alike("sgd", parameters.iter().map(Tensor::shape), gradients.iter().map(Tensor::shape))?;
        let Sgd { rate, momentum, decay } = self.settings;
        self.velocities.resize_with(parameters.len(), Default::default);
        for ((p, g), v) in parameters.iter_mut().zip(gradients).zip(&mut self.velocities) {
            v.resize(p.data().len(), 0.0);
            for ((p, g), v) in p.data_mut().iter_mut().zip(g.data()).zip(v) {
                *v = momentum * *v + g + decay * *p;
                *p -= rate * *v;
            }
        }
        Ok(())
    }
}
