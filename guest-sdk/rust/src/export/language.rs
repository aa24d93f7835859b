//! The world `language`: what a framework does in the world `learning`, and writing.

use std::cell::RefCell;

use super::learning::{Stepping, Taught, lift};
use super::{Shared, lower};
use crate::bindings::language::exports::tinytorch::framework::generation;
use crate::bindings::learning::tinytorch::framework::{datasets, telemetry};
use crate::{
    AdamSpec, Dataset, Language, Learning, Loss, OptimizerSpec, Recipe, Sampling, Schedule, SgdSpec, Tensor,
};

/// Exports a [`Language`] framework as the contract's world `language`, which milestone 5 grades. It holds the world
/// `learning`, so that the same component answers all milestones.
///
/// Natively it only checks that the type is a framework, so that the same crate runs under `cargo test`. A crate exports
/// one world, once.
///
/// ```
/// use tinytorch::{Fault, Language, Layer, LayerSpec, Layers, Learning, Rng, Sequential};
///
/// struct Framework;
///
/// impl Layers for Framework {
///     fn layer(spec: &LayerSpec, _: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
///         Err(Fault::unsupported(format!("{spec}: not written yet")))
///     }
/// }
///
/// impl Learning for Framework {
///     type Model = Sequential<Self>;
/// }
///
/// impl Language for Framework {}
///
/// tinytorch::export_language!(Framework);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_language {
    ($framework:ty) => {
        const _: () = {
            type Exported = $crate::export::Taught<$framework>;
            const fn is_a_framework<F: $crate::Language>() {}
            is_a_framework::<$framework>();
            #[cfg(target_arch = "wasm32")]
            $crate::bindings::language::export_language_world!(
                Exported with_types_in $crate::bindings::language
            );
        };
    };
}

taught!(language);

impl<F: Language> generation::Guest for Taught<F> {
    fn generate(
        model: models::ModelBorrow<'_>,
        prompt: Vec<u32>,
        count: u32,
        sampling: generation::Sampling,
        draws: Vec<f32>,
    ) -> Result<Vec<u32>, generation::Fault> {
        let mut model = model.get::<Shared<F::Model>>().0.borrow_mut();
        let sampling = Sampling { temperature: sampling.temperature, top_k: sampling.top_k };
        Ok(F::generate(&mut model, &prompt, count, sampling, &draws)?)
    }
}

impl From<optimizers::OptimizerSpec> for OptimizerSpec {
    fn from(spec: optimizers::OptimizerSpec) -> Self {
        match spec {
            optimizers::OptimizerSpec::Sgd(optimizers::SgdSpec { learning_rate, momentum, weight_decay }) => {
                Self::Sgd(SgdSpec { learning_rate, momentum, weight_decay })
            }
            optimizers::OptimizerSpec::Adam(optimizers::AdamSpec {
                learning_rate,
                beta1,
                beta2,
                epsilon,
                weight_decay,
                decoupled,
            }) => Self::Adam(AdamSpec { learning_rate, beta1, beta2, epsilon, weight_decay, decoupled }),
        }
    }
}

impl From<training::Recipe> for Recipe {
    fn from(recipe: training::Recipe) -> Self {
        let training::Recipe { optimizer, schedule, clip_norm, epochs, batch_size, shuffle, seed } = recipe;
        let schedule = match schedule {
            training::Schedule::Constant => Schedule::Constant,
            training::Schedule::Cosine(last) => Schedule::Cosine(last),
        };
        Self { optimizer: optimizer.into(), schedule, clip_norm, epochs, batch_size, shuffle, seed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_keeps_all_that_it_says() {
        let adam = optimizers::AdamSpec {
            learning_rate: 1.0,
            beta1: 2.0,
            beta2: 3.0,
            epsilon: 4.0,
            weight_decay: 5.0,
            decoupled: true,
        };
        let recipe = training::Recipe {
            optimizer: optimizers::OptimizerSpec::Adam(adam),
            schedule: training::Schedule::Cosine(6.0),
            clip_norm: Some(7.0),
            epochs: 8,
            batch_size: 9,
            shuffle: true,
            seed: 10,
        };
        let expected = Recipe {
            optimizer: OptimizerSpec::Adam(AdamSpec {
                learning_rate: 1.0,
                beta1: 2.0,
                beta2: 3.0,
                epsilon: 4.0,
                weight_decay: 5.0,
                decoupled: true,
            }),
            schedule: Schedule::Cosine(6.0),
            clip_norm: Some(7.0),
            epochs: 8,
            batch_size: 9,
            shuffle: true,
            seed: 10,
        };
        assert!(Recipe::from(recipe) == expected);
        let sgd = optimizers::SgdSpec { learning_rate: 1.0, momentum: 2.0, weight_decay: 3.0 };
        let expected = SgdSpec { learning_rate: 1.0, momentum: 2.0, weight_decay: 3.0 };
        assert!(OptimizerSpec::from(optimizers::OptimizerSpec::Sgd(sgd)) == OptimizerSpec::Sgd(expected));
    }
}
