//! The published MNIST, where this machine has it.

use std::path::Path;

use tito_data::{MNIST, Split, Store, import};

#[test]
fn mnist_is_imported_and_loaded() {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    if !from.is_dir() {
        println!("skipped: {} is not there", from.display());
        return;
    }
    let to = tempfile::tempdir().unwrap();
    let store = Store::at(to.path());
    assert_eq!(import(&store, &MNIST, &from).unwrap().len(), 4);
    check(&store, Split::Train, 60_000, [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    check(&store, Split::Test, 10_000, [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
}

#[track_caller]
fn check(store: &Store, split: Split, len: usize, first: [u8; 10]) {
    let dataset = store.load(&MNIST, split).unwrap();
    assert_eq!((dataset.len(), &dataset.labels()[..10]), (len, &first[..]));
    let (images, _) = dataset.batch(&[len - 1]);
    assert_eq!(images.shape().extents(), [1, 1, 28, 28]);
    let brightest = images.data().iter().copied().fold(0.0, f32::max);
    assert!((0.9..=1.0).contains(&brightest), "{brightest}");
}
