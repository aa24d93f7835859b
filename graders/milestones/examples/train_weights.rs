//! Makes the shipped weights again:
//!
//! ```text
//! cargo run --release -p tito-milestones --example train_weights -- tinydigits
//! cargo run --release -p tito-milestones --example train_weights -- mnist FOLDER
//! ```
//!
//! FOLDER is a data folder as `tito data import mnist` fills it. The bits are the same on every machine.

use std::{env, error::Error, fs, path::Path};

use tito_data::{Dataset, Description, Split, Store};
use tito_judge::stack_oracle;
use tito_kernels::Wide;
use tito_milestones::{Network, Recipe, train};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = env::args().skip(1);
    let name = words.next().ok_or("which dataset: tinydigits or mnist?")?;
    let store = Store::at(words.next().unwrap_or_default());
    let description = Description::named(&name)?;
    let network = train(&store.load(description, Split::Train)?, Recipe::shipped(description));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("weights/{name}.f32"));
    let bytes: Vec<u8> = network.numbers().iter().flat_map(|number| number.to_le_bytes()).collect();
    fs::write(&path, &bytes)?;
    let accuracy = accuracy(&network, &store.load(description, Split::Test)?);
    println!("{}: {} bytes, test accuracy {:.2} %", path.display(), bytes.len(), 100.0 * accuracy);
    Ok(())
}

fn accuracy(network: &Network, data: &Dataset) -> f64 {
    let parameters: Vec<_> = network.parameters.iter().map(Wide::from).collect();
    let all: Vec<usize> = (0..data.len()).collect();
    let (inputs, labels) = data.batch(&all);
    let logits = stack_oracle(&network.layers, &parameters, &Wide::from(&inputs)).value;
    let rows = logits.data().chunks_exact(data.description().classes as usize);
    let largest = |row: &[f64]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
    let right = rows.zip(&labels).filter(|(row, label)| largest(row) == Some(**label as usize)).count();
    right as f64 / data.len() as f64
}
