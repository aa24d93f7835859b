//! Imports a dataset without the program `tito`, and says what it is and how long it takes to load:
//!
//! ```text
//! cargo run --release -p tito-data --example import -- cifar-10 FOLDER STORE
//! ```

use std::{env, error::Error, path::Path, time::Instant};

use tito_data::{Description, Holds, Split, Store, import};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [name, from, to] = words.as_slice() else {
        return Err("which dataset, from where, to where?".into());
    };
    let (dataset, store) = (Description::named(name)?, Store::at(to));
    let start = Instant::now();
    let imported = import(&store, dataset, Path::new(from))?;
    println!("imported {imported:?} in {:.2?}", start.elapsed());
    if let Holds::Text(_) = dataset.holds {
        let start = Instant::now();
        let text = store.text(dataset)?;
        println!("{} characters {}, loaded in {:.2?}", text.len(), text.provenance(), start.elapsed());
        return Ok(());
    }
    for split in [Split::Train, Split::Test] {
        let start = Instant::now();
        let data = store.load(dataset, split)?;
        let loaded = start.elapsed();
        println!("{split:?}: {} examples {}, loaded in {loaded:.2?}", data.len(), data.provenance());
        let all = data.part((0..data.len()).collect());
        let start = Instant::now();
        println!("{:.4?}, measured in {:.2?}", all.moments(), start.elapsed());
    }
    Ok(())
}
