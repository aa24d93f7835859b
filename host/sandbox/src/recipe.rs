//! How a model is trained: the contract's optimizers and recipes, as values that also travel between processes.

use serde::{Deserialize, Serialize};

use crate::contract::{optimizers as wit, training};

/// Stochastic gradient descent: v = momentum v + g + weight-decay p, then p = p - learning-rate v.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SgdSpec {
    /// How far a step goes.
    pub learning_rate: f32,
    /// How much of the velocity stays.
    pub momentum: f32,
    /// How much of the parameter is added to its gradient.
    pub weight_decay: f32,
}

/// Adam with bias correction, epsilon outside the root; `AdamW` where the decay is decoupled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamSpec {
    /// How far a step goes.
    pub learning_rate: f32,
    /// How much of the first moment stays.
    pub beta1: f32,
    /// How much of the second moment stays.
    pub beta2: f32,
    /// What is added to the root.
    pub epsilon: f32,
    /// How much a parameter is drawn to 0.
    pub weight_decay: f32,
    /// Whether the decay goes past the moments.
    pub decoupled: bool,
}

/// What moves the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum OptimizerSpec {
    /// Gradient descent with momentum.
    Sgd(SgdSpec),
    /// Adam or `AdamW`.
    Adam(AdamSpec),
}

/// How the learning rate changes over all steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Schedule {
    /// Not at all.
    Constant,
    /// From the optimizer's rate down to this one along half a cosine.
    Cosine(f32),
}

/// How a model is trained, with softmax cross-entropy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// What moves the parameters.
    pub optimizer: OptimizerSpec,
    /// How its rate changes from step to step.
    pub schedule: Schedule,
    /// The global L2 norm that gradients are clipped to, where given.
    pub clip_norm: Option<f32>,
    /// Passes over the examples.
    pub epochs: u32,
    /// Examples for a step; the last batch of an epoch may be smaller.
    pub batch_size: u32,
    /// Whether each epoch has an order of its own, drawn from the seed.
    pub shuffle: bool,
    /// Of the orders.
    pub seed: u64,
}

impl AdamSpec {
    /// Kingma and Ba's own settings at this rate, without decay.
    pub fn usual(learning_rate: f32) -> Self {
        let (beta1, beta2, epsilon) = (0.9, 0.999, 1e-8);
        Self { learning_rate, beta1, beta2, epsilon, weight_decay: 0.0, decoupled: false }
    }
}

impl OptimizerSpec {
    /// The learning rate before any schedule.
    pub fn learning_rate(&self) -> f32 {
        match self {
            Self::Sgd(spec) => spec.learning_rate,
            Self::Adam(spec) => spec.learning_rate,
        }
    }
}

impl From<OptimizerSpec> for wit::OptimizerSpec {
    fn from(spec: OptimizerSpec) -> Self {
        match spec {
            OptimizerSpec::Sgd(SgdSpec { learning_rate, momentum, weight_decay }) => {
                Self::Sgd(wit::SgdSpec { learning_rate, momentum, weight_decay })
            }
            OptimizerSpec::Adam(AdamSpec {
                learning_rate,
                beta1,
                beta2,
                epsilon,
                weight_decay,
                decoupled,
            }) => Self::Adam(wit::AdamSpec { learning_rate, beta1, beta2, epsilon, weight_decay, decoupled }),
        }
    }
}

impl From<Recipe> for training::Recipe {
    fn from(recipe: Recipe) -> Self {
        let Recipe { optimizer, schedule, clip_norm, epochs, batch_size, shuffle, seed } = recipe;
        let schedule = match schedule {
            Schedule::Constant => training::Schedule::Constant,
            Schedule::Cosine(last) => training::Schedule::Cosine(last),
        };
        Self { optimizer: optimizer.into(), schedule, clip_norm, epochs, batch_size, shuffle, seed }
    }
}
