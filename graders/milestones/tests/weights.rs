//! The shipped weights are those that the trainers make.

use std::path::Path;

use tito_data::{Dataset, MNIST, Split, Store, TINYDIGITS, import};
use tito_judge::Draw;
use tito_milestones::{Architecture, Images, Network, Recipe, train, train_cnn};
use tito_trainer::{Model, evaluate};

#[test]
fn tinydigits_weights_are_made_again_bit_for_bit() {
    let data = Store::at("nowhere").load(&TINYDIGITS, Split::Train).unwrap();
    assert!(
        train(&data, Recipe::shipped(&TINYDIGITS)) == Network::shipped(Architecture::Mlp, &data),
        "other weights"
    );
}

/// A split of the real MNIST, where it is there and there is time for it.
fn mnist(split: Split) -> Option<Dataset> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    if !from.is_dir() {
        eprintln!("skipped: there is no MNIST in '{}'", from.display());
        return None;
    }
    if cfg!(debug_assertions) {
        eprintln!("skipped: MNIST takes minutes without optimisation; run with --release");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    import(&store, &MNIST, &from).unwrap();
    Some(store.load(&MNIST, split).unwrap())
}

#[test]
fn mnist_weights_are_made_again_bit_for_bit() {
    let Some(data) = mnist(Split::Train) else { return };
    assert!(
        train(&data, Recipe::shipped(&MNIST)) == Network::shipped(Architecture::Mlp, &data),
        "other weights"
    );
}

/// The share of the images that a network recognises.
fn accuracy(network: &Network, data: &Dataset) -> f64 {
    let mut model = Model::build(&network.layers, &mut Draw::new([0; 32])).unwrap();
    model.load(network.parameters.clone()).unwrap();
    f64::from(evaluate(&model, &Images::all(data)).unwrap().accuracy)
}

/// Another kind of machine may round otherwise on the way, so that its weights are others, and as good.
#[test]
fn a_cnn_for_tinydigits_is_made_again_as_good_as_the_shipped_one() {
    let [train, test] =
        [Split::Train, Split::Test].map(|split| Store::at("nowhere").load(&TINYDIGITS, split).unwrap());
    let shipped = accuracy(&Network::shipped(Architecture::Cnn, &train), &test);
    let again = accuracy(&train_cnn(&train).unwrap(), &test);
    assert!(shipped >= 0.97 && (again - shipped).abs() < 0.02, "{shipped} shipped, {again} again");
}

#[test]
fn the_cnn_for_mnist_recognises_985_of_1000() {
    let Some(data) = mnist(Split::Test) else { return };
    let accuracy = accuracy(&Network::shipped(Architecture::Cnn, &data), &data);
    assert!(accuracy >= 0.985, "{accuracy}");
}
