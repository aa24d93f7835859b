//! Trains what milestone 5 assigns of a text on the native kernels and prints the figures that students are held beside:
//!
//! ```text
//! cargo run --release -p tito-milestones --example train_texts -- tinytalk
//! cargo run --release -p tito-milestones --example train_texts -- tinyshakespeare FOLDER
//! ```
//!
//! FOLDER is a data folder as `tito data fetch` fills it. Every run draws other windows, first parameters and orders.

use std::{env, error::Error, time::Instant};

use tito_data::{Description, Store};
use tito_milestones::NativeText;

/// How many runs a figure is the mean of.
const RUNS: usize = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [name, ..] = words.as_slice() else { return Err("which text?".into()) };
    let store = Store::at(words.get(1).map_or("", String::as_str));
    let text = store.text(Description::named(name)?)?;
    let mut runs = Vec::new();
    for number in 0..RUNS {
        let start = Instant::now();
        let figures = NativeText::run(&text, number)?;
        eprintln!("run {number}: {:.1?}, {figures:?}", start.elapsed());
        runs.push(figures);
    }
    for (at, what) in ["bits", "words"].into_iter().enumerate() {
        let mean = runs.iter().map(|run| run[at]).sum::<f64>() / RUNS as f64;
        let variance = runs.iter().map(|run| (run[at] - mean).powi(2)).sum::<f64>() / (RUNS - 1) as f64;
        println!("{what}: {mean:.4}, {what}_deviation: {:.4}", variance.sqrt());
    }
    Ok(())
}
