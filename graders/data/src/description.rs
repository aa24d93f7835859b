//! What is known of every dataset before a byte of it is read: the table that everything else follows.

use crate::{DataError, tinydigits};

/// Every dataset that tito knows, in the order in which they are listed.
pub const DATASETS: [&Description; 2] = [&TINYDIGITS, &MNIST];

/// A dataset of labelled images.
#[derive(Debug)]
pub struct Description {
    /// How it is named in commands, in files and in grades; also its folder in a [`Store`](crate::Store).
    pub name: &'static str,
    /// How it is named in sentences.
    pub title: &'static str,
    /// Under what licence its authors publish it.
    pub licence: &'static str,
    /// The shape of one image: channels, height, width.
    pub example_shape: [u32; 3],
    /// Labels run from 0 to one less than this.
    pub classes: u32,
    /// The value of a pixel that becomes 1.0.
    pub full: u8,
    /// The name of the dataset that this one stands in for where that one is missing.
    pub stands_in_for: Option<&'static str>,
    /// Where its bytes come from.
    pub origin: Origin,
}

/// Where the bytes of a dataset come from.
#[derive(Debug)]
pub enum Origin {
    /// They are part of the program.
    Embedded(fn(Split) -> Examples),
    /// They are files that are fetched or imported.
    Files {
        /// The folder on the web under which each file is, as gzip, with `.gz` after its name.
        base_url: &'static str,
        /// One of each role for each split.
        files: &'static [FileDescription],
    },
}

/// Images and their labels as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examples {
    /// Image after image, each row-major over channels, height, width.
    pub pixels: Vec<u8>,
    /// One for each image.
    pub labels: Vec<u8>,
}

/// A file of a dataset, as published but for the gzip around it.
#[derive(Debug)]
pub struct FileDescription {
    /// Its name, without `.gz`.
    pub name: &'static str,
    /// The split that it belongs to.
    pub split: Split,
    /// What it holds.
    pub role: Role,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in lowercase hexadecimal digits.
    pub sha256: &'static str,
}

/// The half of a dataset that is learnt from or the half that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// What a model is trained on.
    Train,
    /// What its accuracy is measured on.
    Test,
}

/// What an IDX file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Pixels, of rank 3: images, height, width.
    Images,
    /// Labels, of rank 1.
    Labels,
}

/// The 1,797 digits of 8x8 pixels that are part of the program: E. Alpaydin and C. Kaynak, *Optical Recognition
/// of Handwritten Digits*, UCI Machine Learning Repository, 1998.
///
/// Every fourth example is for testing: 1,348 and 449. `tinydigits/README.md` says why.
pub static TINYDIGITS: Description = Description {
    name: "tinydigits",
    title: "TinyDigits",
    licence: "CC BY 4.0",
    example_shape: [1, 8, 8],
    classes: 10,
    full: 16,
    stands_in_for: Some("mnist"),
    origin: Origin::Embedded(tinydigits::examples),
};

/// 60,000 and 10,000 digits of 28x28 pixels: *Gradient-Based Learning Applied to Document Recognition*,
/// Proceedings of the IEEE 86(11), 1998, §III.A.
pub static MNIST: Description = Description {
    name: "mnist",
    title: "MNIST",
    licence: "CC BY-SA 3.0",
    example_shape: [1, 28, 28],
    classes: 10,
    full: 255,
    stands_in_for: None,
    origin: Origin::Files { base_url: "https://ossci-datasets.s3.amazonaws.com/mnist/", files: &MNIST_FILES },
};

static MNIST_FILES: [FileDescription; 4] = [
    FileDescription {
        name: "train-images-idx3-ubyte",
        split: Split::Train,
        role: Role::Images,
        bytes: 47_040_016,
        sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    },
    FileDescription {
        name: "train-labels-idx1-ubyte",
        split: Split::Train,
        role: Role::Labels,
        bytes: 60_008,
        sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
    FileDescription {
        name: "t10k-images-idx3-ubyte",
        split: Split::Test,
        role: Role::Images,
        bytes: 7_840_016,
        sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    },
    FileDescription {
        name: "t10k-labels-idx1-ubyte",
        split: Split::Test,
        role: Role::Labels,
        bytes: 10_008,
        sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
];

impl Description {
    /// The dataset of this name.
    ///
    /// # Errors
    ///
    /// [`DataError::Unknown`] if there is none; it lists those that there are.
    pub fn named(name: &str) -> Result<&'static Self, DataError> {
        let known = || DATASETS.map(|dataset| dataset.name).join(", ");
        let found = DATASETS.into_iter().find(|dataset| dataset.name == name);
        found.ok_or_else(|| DataError::Unknown { name: name.to_owned(), known: known() })
    }

    /// Its files in a store: none where it is embedded.
    pub fn files(&self) -> &'static [FileDescription] {
        match self.origin {
            Origin::Embedded(_) => &[],
            Origin::Files { files, .. } => files,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dataset_is_found_by_its_name() {
        for dataset in DATASETS {
            assert!(std::ptr::eq(Description::named(dataset.name).unwrap(), dataset));
        }
        let error = Description::named("MNIST").unwrap_err().to_string();
        assert_eq!(error, "there is no dataset 'MNIST'; tito knows tinydigits, mnist");
    }

    #[test]
    fn the_lengths_are_those_of_the_counts() {
        for file in MNIST.files() {
            let count = if file.split == Split::Train { 60_000 } else { 10_000 };
            let expected = if file.role == Role::Images { 16 + count * 28 * 28 } else { 8 + count };
            assert_eq!(file.bytes, expected, "{}", file.name);
        }
    }
}
