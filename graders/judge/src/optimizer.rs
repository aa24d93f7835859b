//! The contract's optimizers in f64.

use tito_kernels::{
    Judged, Wide,
    adam::{self, Adam},
    sgd::{self, Sgd},
};
use tito_sandbox::{AdamSpec, OptimizerSpec, SgdSpec};

use crate::reference::fitting;

/// An optimizer in f64, with what it remembers of its steps.
#[derive(Clone)]
pub enum OptimizerOracle {
    /// Gradient descent with momentum.
    Sgd(sgd::Oracle),
    /// Adam or `AdamW`.
    Adam(adam::Oracle),
}

/// The settings of the kernels.
pub fn sgd_settings(spec: SgdSpec) -> Sgd {
    Sgd { rate: spec.learning_rate, momentum: spec.momentum, decay: spec.weight_decay }
}

/// The settings of the kernels.
pub fn adam_settings(spec: AdamSpec) -> Adam {
    let AdamSpec { learning_rate: rate, beta1, beta2, epsilon, weight_decay: decay, decoupled } = spec;
    Adam { rate, beta1, beta2, epsilon, decay, decoupled }
}

impl OptimizerOracle {
    /// One that has made no step.
    pub fn new(spec: OptimizerSpec) -> Self {
        match spec {
            OptimizerSpec::Sgd(spec) => Self::Sgd(sgd::Oracle::new(sgd_settings(spec))),
            OptimizerSpec::Adam(spec) => Self::Adam(adam::Oracle::new(adam_settings(spec))),
        }
    }

    /// What a step at this rate makes of these parameters.
    ///
    /// # Panics
    ///
    /// If there is not one gradient of the same shape for each: steps are made by the host.
    pub fn step(&mut self, rate: f32, parameters: &[Wide], gradients: &[Wide]) -> Vec<Judged> {
        fitting(match self {
            Self::Sgd(run) => {
                run.settings.rate = rate;
                run.step(parameters, gradients)
            }
            Self::Adam(run) => {
                run.settings.rate = rate;
                run.step(parameters, gradients)
            }
        })
    }
}
