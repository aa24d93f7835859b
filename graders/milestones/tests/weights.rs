//! The shipped weights are those that the trainer makes.

use std::path::Path;

use tito_data::{MNIST, Split, Store, TINYDIGITS, import};
use tito_milestones::{Network, Recipe, train};

#[test]
fn tinydigits_weights_are_made_again_bit_for_bit() {
    let data = Store::at("nowhere").load(&TINYDIGITS, Split::Train).unwrap();
    assert!(train(&data, Recipe::shipped(&TINYDIGITS)) == Network::shipped(&TINYDIGITS), "other weights");
}

#[test]
fn mnist_weights_are_made_again_bit_for_bit() {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    if !from.is_dir() {
        eprintln!("skipped: there is no MNIST in '{}'", from.display());
        return;
    }
    if cfg!(debug_assertions) {
        eprintln!("skipped: training MNIST takes minutes without optimisation; run with --release");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    import(&store, &MNIST, &from).unwrap();
    let data = store.load(&MNIST, Split::Train).unwrap();
    assert!(train(&data, Recipe::shipped(&MNIST)) == Network::shipped(&MNIST), "other weights");
}
