//! Small datasets that nobody published, so that no test needs the network, MNIST or CIFAR-10.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tito_data::{Batch, Content, Description, FileDescription, Holds, ImageForm, Origin, Split};

/// How many examples each split has.
pub(crate) const COUNT: u32 = 40;

/// The training images, which are the first file that is fetched.
pub(crate) const FIRST: &str = "train-images";

/// Images of 4x5 pixels that gzip can do little about, in three classes.
pub(crate) static FAKE: LazyLock<Description> = LazyLock::new(|| Description {
    name: "fake",
    title: "Fake",
    licence: "CC0",
    download_mb: 1,
    holds: Holds::Images(
        ImageForm { example_shape: [1, 4, 5], classes: 3, full: 255 },
        Origin::Files { base_url: "http://127.0.0.1:9/", files: Vec::leak(files()) },
    ),
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
            [(Content::Images(split), "images"), (Content::Labels(split), "labels")].map(|(content, kind)| {
                describe(format!("{name}-{kind}"), content, &bytes(&format!("{name}-{kind}")))
            })
        })
        .collect()
}

fn describe(name: String, content: Content, bytes: &[u8]) -> FileDescription {
    let sha256 = hex::encode(Sha256::digest(bytes)).leak();
    FileDescription { name: name.leak(), content, bytes: bytes.len() as u64, sha256 }
}

/// A text in one file.
pub(crate) static WRITTEN: LazyLock<Description> = LazyLock::new(|| Description {
    name: "written",
    title: "Written",
    licence: "CC0",
    download_mb: 1,
    holds: Holds::Text(Origin::Files {
        base_url: "http://127.0.0.1:9/",
        files: vec![describe("written.txt".to_owned(), Content::Text, written().as_bytes())].leak(),
    }),
});

/// That text.
pub(crate) fn written() -> String {
    "The fox söngs.\nThe fox süngs.\n".to_owned()
}

/// How many examples a batch has.
pub(crate) const PER_BATCH: usize = 7;

/// The bytes of an image of three channels of 2x5 pixels, and of a record.
pub(crate) const IMAGE: usize = 30;
pub(crate) const RECORD: usize = 1 + IMAGE;

/// The archive of the batches.
pub(crate) const ARCHIVE: &str = "batches.tar.gz";

static BATCHES: [Batch; 3] = [
    Batch { name: "one.bin", split: Split::Train, examples: PER_BATCH },
    Batch { name: "two.bin", split: Split::Train, examples: PER_BATCH },
    Batch { name: "test.bin", split: Split::Test, examples: PER_BATCH },
];

/// The batches' names.
pub(crate) fn batch_names() -> [&'static str; 3] {
    BATCHES.each_ref().map(|batch| batch.name)
}

/// Batches as CIFAR-10's, in an archive whose order is not theirs.
pub(crate) static BATCHED: LazyLock<Description> = LazyLock::new(|| batched(&archive()));

/// A dataset that is published as this archive.
pub(crate) fn batched(archive: &[u8]) -> Description {
    Description {
        name: "batched",
        title: "Batched",
        licence: "CC0",
        download_mb: 1,
        holds: Holds::Images(
            ImageForm { example_shape: [3, 2, 5], classes: 3, full: 255 },
            Origin::Files {
                base_url: "http://127.0.0.1:9/",
                files: vec![describe(ARCHIVE.to_owned(), Content::Batches(&BATCHES), archive)].leak(),
            },
        ),
    }
}

/// The records of a batch.
pub(crate) fn batch(name: &str) -> Vec<u8> {
    let seed = BATCHES.iter().position(|batch| batch.name == name).unwrap() * 1000;
    let noise = |index: usize| ((seed + index).wrapping_mul(2_654_435_761) >> 7) as u8;
    let value = |index: usize| if index.is_multiple_of(RECORD) { noise(index) % 3 } else { noise(index) };
    (0..PER_BATCH * RECORD).map(value).collect()
}

/// The published archive.
pub(crate) fn archive() -> Vec<u8> {
    gzip(&tar(&[
        ("folder/one.bin", &batch("one.bin")),
        ("folder/about.txt", b"dog\ncat\n"),
        ("folder/test.bin", &batch("test.bin")),
        ("folder/two.bin", &batch("two.bin")),
    ]))
}

/// Files with their paths as a tar.
pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, path, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}
