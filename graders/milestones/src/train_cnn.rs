//! Trains the CNN that accuracy is measured with, on the native kernels.
//!
//! The same seed gives the same bits on one kind of machine, whatever the number of threads; another kind may have other
//! vectors, and so other last digits and in the end other weights that are as good.

use tito_data::{Dataset, MNIST};
use tito_judge::Seed;
use tito_trainer::{Model, TrainError};

use crate::{Architecture, Images, Network, network::annealed};

/// Trains the dataset's CNN from a fixed seed.
///
/// # Errors
///
/// If the images do not fit the network.
pub fn train_cnn(data: &Dataset) -> Result<Network, TrainError> {
    let description = data.description();
    let mut draw = Seed::public().draw(&format!("train-cnn/{}", description.name));
    let model = Model::build(&Architecture::Cnn.layers(data), &mut draw)?;
    // A small dataset needs more passes.
    let epochs = if description.name == MNIST.name { 10 } else { 60 };
    Network::learnt(model, &Images::all(data), &annealed(epochs, 64, 3e-3, 1))
}
