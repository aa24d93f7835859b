//! Trains what milestone 3 assigns on the native kernels and writes the curves that students are held beside:
//!
//! ```text
//! cargo run --release -p tito-milestones --example train_curves -- cifar-10 FOLDER
//! ```
//!
//! FOLDER is a data folder as `tito data import` fills it. Every seed draws other images, first parameters and orders.

use std::{env, error::Error, fmt::Write as _, fs, path::Path, time::Instant};

use tito_data::{Dataset, Description, Split, Store};
use tito_judge::Seed;
use tito_milestones::{Assignment, Curve};

/// How many runs a curve is the mean of.
const RUNS: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [name, ..] = words.as_slice() else { return Err("which dataset?".into()) };
    let store = Store::at(words.get(1).map_or("", String::as_str));
    let data = store.load(Description::named(name)?, Split::Train)?;
    let network = curve(&data, &Assignment::of(&data), "network")?;
    let linear = curve(&data, &Assignment::linear(&data), "linear")?;
    let mut text = String::new();
    writeln!(text, "{}", Curve::COLUMNS)?;
    for line in network.lines().into_iter().chain(linear.lines().last().cloned()) {
        writeln!(text, "{line}")?;
    }
    print!("{text}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("curves").join(format!("{name}.csv"));
    Ok(fs::write(path, text)?)
}

fn curve(data: &Dataset, assignment: &Assignment, kind: &str) -> Result<Curve, Box<dyn Error>> {
    let mut runs = Vec::new();
    for run in 0..RUNS {
        let start = Instant::now();
        let mut draw = Seed::public().draw(&format!("curve/{kind}/{run}"));
        let history = assignment.draw(data, &mut draw).train()?;
        eprintln!("{kind}, run {run}: {:.1?}, {:?}", start.elapsed(), history.last());
        runs.push(history);
    }
    Ok(Curve::of(&runs))
}
