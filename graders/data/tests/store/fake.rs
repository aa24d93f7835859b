//! A small dataset that nobody published, so that no test needs the network or MNIST.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tito_data::{Description, FileDescription, Origin, Role, Split};

/// How many examples each split has.
pub(crate) const COUNT: u32 = 40;

/// The training images, which are the first file that is fetched.
pub(crate) const FIRST: &str = "train-images";

/// Images of 4x5 pixels that gzip can do little about, in three classes.
pub(crate) static FAKE: LazyLock<Description> = LazyLock::new(|| Description {
    name: "fake",
    title: "Fake",
    licence: "CC0",
    example_shape: [1, 4, 5],
    classes: 3,
    full: 255,
    stands_in_for: None,
    origin: Origin::Files { base_url: "http://127.0.0.1:9/", files: Vec::leak(files()) },
});

/// The bytes of a file, as published.
pub(crate) fn bytes(name: &str) -> Vec<u8> {
    let (seed, role) = name.split_once('-').unwrap();
    let noise = |index: u32| (index.wrapping_add(seed.len() as u32).wrapping_mul(2_654_435_761) >> 23) as u8;
    let (extents, values): (&[u32], Vec<u8>) = match role {
        "images" => (&[COUNT, 4, 5], (0..COUNT * 20).map(noise).collect()),
        _ => (&[COUNT], (0..COUNT).map(|index| noise(index) % 3).collect()),
    };
    let extents_bytes = extents.iter().flat_map(|extent| extent.to_be_bytes());
    [0, 0, 8, extents.len() as u8].into_iter().chain(extents_bytes).chain(values).collect()
}

/// Some bytes as gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn files() -> Vec<FileDescription> {
    [(Split::Train, "train"), (Split::Test, "test")]
        .into_iter()
        .flat_map(|(split, name)| {
            [(Role::Images, "images"), (Role::Labels, "labels")]
                .map(|(role, kind)| describe(format!("{name}-{kind}"), split, role))
        })
        .collect()
}

fn describe(name: String, split: Split, role: Role) -> FileDescription {
    let bytes = bytes(&name);
    FileDescription {
        name: name.leak(),
        split,
        role,
        bytes: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(&bytes)).leak(),
    }
}
