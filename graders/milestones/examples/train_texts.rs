//! Trains what milestone 5 assigns of a text on the native kernels and prints the figures that students are held beside:
//!
//! ```text
//! cargo run --release -p tito-milestones --example train_texts -- tinytalk
//! cargo run --release -p tito-milestones --example train_texts -- tinyshakespeare FOLDER
//! ```
//!
//! With `both` in the place of a text it is what the two small models of "Framework unification" come to.
//!
//! FOLDER is a data folder as `tito data fetch` fills it. Every run draws other windows, first parameters and orders.

use std::{env, error::Error, time::Instant};

use tito_data::{Description, Split, Store, TINYDIGITS};
use tito_milestones::{NativeText, native_both};

/// How many runs a figure is the mean of.
const RUNS: usize = 8;

/// The two figures of a run.
type Run = dyn Fn(usize) -> Result<[f64; 2], Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [name, ..] = words.as_slice() else { return Err("which text?".into()) };
    let store = Store::at(words.get(1).map_or("", String::as_str));
    let run: Box<Run> = if name == "both" {
        let digits = store.load(&TINYDIGITS, Split::Train)?;
        Box::new(move |number| Ok(native_both(&digits, number)?))
    } else {
        let text = store.text(Description::named(name)?)?;
        Box::new(move |number| Ok(NativeText::run(&text, number)?))
    };
    let mut runs = Vec::new();
    for number in 0..RUNS {
        let start = Instant::now();
        let figures = run(number)?;
        eprintln!("run {number}: {:.1?}, {figures:?}", start.elapsed());
        runs.push(figures);
    }
    for (at, what) in ["first", "second"].into_iter().enumerate() {
        let mean = runs.iter().map(|run| run[at]).sum::<f64>() / RUNS as f64;
        let variance = runs.iter().map(|run| (run[at] - mean).powi(2)).sum::<f64>() / (RUNS - 1) as f64;
        println!("{what}: {mean:.4}, deviation {:.4}", variance.sqrt());
    }
    Ok(())
}
