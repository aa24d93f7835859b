//! Makes the shipped weights again:
//!
//! ```text
//! cargo run --release -p tito-milestones --example train_weights -- mlp tinydigits
//! cargo run --release -p tito-milestones --example train_weights -- cnn mnist FOLDER
//! ```
//!
//! FOLDER is a data folder as `tito data import mnist` fills it. An MLP's bits are the same on every machine.

use std::{env, error::Error, fs, path::Path};

use tito_data::{Dataset, Description, Split, Store};
use tito_judge::Draw;
use tito_milestones::{Images, Network, Recipe, train, train_cnn};
use tito_trainer::{Model, TrainError, evaluate};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [kind, name, ..] = words.as_slice() else { return Err("mlp or cnn, and which dataset?".into()) };
    let store = Store::at(words.get(2).map_or("", String::as_str));
    let description = Description::named(name)?;
    let data = store.load(description, Split::Train)?;
    let (network, file) = match kind.as_str() {
        "mlp" => (train(&data, Recipe::shipped(description)), format!("{name}.f32")),
        "cnn" => (train_cnn(&data)?, format!("{name}-cnn.f32")),
        other => return Err(format!("'{other}' is neither mlp nor cnn").into()),
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights").join(file);
    let bytes: Vec<u8> = network.numbers().iter().flat_map(|number| number.to_le_bytes()).collect();
    fs::write(&path, &bytes)?;
    let accuracy = accuracy(&network, &store.load(description, Split::Test)?)?;
    println!("{}: {} bytes, test accuracy {:.2} %", path.display(), bytes.len(), 100.0 * accuracy);
    Ok(())
}

fn accuracy(network: &Network, data: &Dataset) -> Result<f32, TrainError> {
    let mut model = Model::build(&network.layers, &mut Draw::new([0; 32]))?;
    model.load(network.parameters.clone())?;
    Ok(evaluate(&model, &Images::all(data))?.accuracy)
}
