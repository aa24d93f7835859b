//! The published MNIST and `TinyShakespeare` and a CIFAR-10 that was JPEG once, where this machine has them.

use std::path::{Path, PathBuf};
use std::process::Command;

use tito_data::{CIFAR10, MNIST, Provenance, Split, Store, TINYSHAKESPEARE, Text, import};

/// Something of the real data; a test that lacks it says so.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn mnist_is_imported_and_loaded() {
    let Some(from) = shared("mnist") else { return };
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

#[test]
fn tinyshakespeare_is_imported_and_loaded() {
    let Some(from) = shared("tinyshakespeare") else { return };
    let to = tempfile::tempdir().unwrap();
    let store = Store::at(to.path());
    assert_eq!(import(&store, &TINYSHAKESPEARE, &from).unwrap(), ["input.txt"]);
    let text = store.text(&TINYSHAKESPEARE).unwrap();
    check_text(&text);
    assert_eq!(text.provenance(), &Provenance::Published);
    let own = Text::open(&from.join("input.txt")).unwrap();
    check_text(&own);
    let sha256 = TINYSHAKESPEARE.files()[0].sha256.to_owned();
    assert_eq!(own.provenance(), &Provenance::Imported { sha256 });
}

/// The figures that nanoGPT prints of it: `data/shakespeare_char/prepare.py`.
#[track_caller]
fn check_text(text: &Text) {
    let vocabulary: String = text.vocabulary().iter().collect();
    assert_eq!(vocabulary, "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    let lengths = [Split::Train, Split::Test].map(|split| text.tokens(split).len());
    assert_eq!((text.len(), lengths), (1_115_394, [1_003_854, 111_540]));
    assert!(text.part(Split::Train).starts_with("First Citizen:\nBefore we proceed any further"));
    let words = text.words();
    assert!(["citizen", "o'er", "love"].iter().all(|word| words.contains(*word)), "{}", words.len());
    assert!((11_000..13_000).contains(&words.len()), "{}", words.len());
}

#[test]
fn cifar_10_is_imported_as_found() {
    let Some(script) = shared("unpack.py") else { return };
    let python =
        |words: &[&str]| Command::new("python3").args(words).status().is_ok_and(|status| status.success());
    if !python(&["-c", "import PIL"]) {
        println!("skipped: python3 has no Pillow, which unpacks the images (pip install pillow)");
        return;
    }
    let [from, to] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    assert!(python(&[script.to_str().unwrap(), from.path().to_str().unwrap()]), "it cannot be unpacked");
    let store = Store::at(to.path());
    import(&store, &CIFAR10, &from.path().join("cifar-10-batches-bin")).unwrap();
    // Both splits of the published one hold as many images of each class.
    check_cifar_10(&store, Split::Train, 5_000);
    check_cifar_10(&store, Split::Test, 1_000);
}

#[track_caller]
fn check_cifar_10(store: &Store, split: Split, of_each: usize) {
    let dataset = store.load(&CIFAR10, split).unwrap();
    assert!(matches!(dataset.provenance(), Provenance::Imported { .. }), "{:?}", dataset.provenance());
    for class in 0..10 {
        let count = dataset.labels().iter().filter(|&&label| label == class).count();
        assert_eq!(count, of_each, "class {class}");
    }
    // The figures that everybody standardises CIFAR-10 with: red, green, blue.
    let moments = dataset.part((0..dataset.len()).collect()).moments();
    let found = moments.mean.iter().chain(&moments.deviation);
    let is_near = found.zip([0.491, 0.482, 0.447, 0.247, 0.243, 0.262]).all(|(x, y)| (x - y).abs() < 0.01);
    assert!(is_near, "{moments:?}");
}
