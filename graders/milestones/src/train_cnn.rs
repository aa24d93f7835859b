//! Trains the CNN that accuracy is measured with, on the native kernels.
//!
//! The same seed gives the same bits on one kind of machine, whatever the number of threads; another kind may have other
//! vectors, and so other last digits and in the end other weights that are as good.

use tito_data::{Dataset, Description};
use tito_judge::Seed;
use tito_sandbox::{AdamSpec, Directive, OptimizerSpec, Recipe, Schedule};
use tito_trainer::{Model, TrainError, fit};

use crate::{Architecture, Images, Network};

/// The recipe of the CNN that is shipped for this dataset; a small one needs more passes.
fn recipe(data: &Description) -> Recipe {
    let epochs = if data.name == "mnist" { 10 } else { 60 };
    Recipe {
        optimizer: OptimizerSpec::Adam(AdamSpec {
            learning_rate: 3e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            decoupled: true,
        }),
        schedule: Schedule::Cosine(0.0),
        clip_norm: None,
        epochs,
        batch_size: 64,
        shuffle: true,
        seed: 1,
    }
}

/// Trains the dataset's CNN from a fixed seed.
///
/// # Errors
///
/// If the images do not fit the network.
pub fn train_cnn(data: &Dataset) -> Result<Network, TrainError> {
    let description = data.description();
    let mut draw = Seed::public().draw(&format!("train-cnn/{}", description.name));
    let mut model = Model::build(&Architecture::Cnn.layers(description), &mut draw)?;
    fit(&mut model, &Images::all(data), None, &recipe(description), &mut |_, _| Directive::Proceed)?;
    Ok(Network { layers: model.layers().to_vec(), parameters: model.parameters().to_vec() })
}
