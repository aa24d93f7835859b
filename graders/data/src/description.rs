//! What is known of every dataset before a byte of it is read: the table that everything else follows.

use crate::{DataError, tinydigits, tinytalk};

/// Every dataset that tito knows, in the order in which they are listed.
pub const DATASETS: [&Description; 5] = [&TINYDIGITS, &MNIST, &CIFAR10, &TINYTALK, &TINYSHAKESPEARE];

/// A dataset: labelled images, or a text.
#[derive(Debug)]
pub struct Description {
    /// How it is named in commands, in files and in grades; also its folder in a [`Store`](crate::Store).
    pub name: &'static str,
    /// How it is named in sentences.
    pub title: &'static str,
    /// Under what licence its authors publish it.
    pub licence: &'static str,
    /// How many MB (10^6 bytes) a fetch downloads: 0 where it is embedded.
    pub download_mb: u32,
    /// What it holds, and where that comes from.
    pub holds: Holds,
}

/// What a dataset holds.
#[derive(Debug)]
pub enum Holds {
    /// Labelled images of this form: [`Store::load`](crate::Store::load).
    Images(ImageForm, Origin<fn(Split) -> Examples>),
    /// A text: [`Store::text`](crate::Store::text).
    Text(Origin<fn() -> String>),
}

/// What every image of a dataset is like.
#[derive(Debug)]
pub struct ImageForm {
    /// The shape of one image: channels, height, width.
    pub example_shape: [u32; 3],
    /// Labels run from 0 to one less than this.
    pub classes: u32,
    /// The value of a pixel that becomes 1.0.
    pub full: u8,
}

/// Where the bytes of a dataset come from.
#[derive(Debug)]
pub enum Origin<T> {
    /// They are part of the program, which makes them so.
    Embedded(T),
    /// They are files that are fetched or imported.
    Files {
        /// The folder on the web under which each file is by its [packed name](FileDescription::packed_name).
        base_url: &'static str,
        /// Images and labels of each split, one archive of batches, or one text.
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

/// A file of a dataset as it is in a [`Store`](crate::Store).
#[derive(Debug)]
pub struct FileDescription {
    /// Its name there.
    pub name: &'static str,
    /// What it holds.
    pub content: Content,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in lowercase hexadecimal digits.
    pub sha256: &'static str,
}

/// What a file of a dataset holds.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// The pixels of a split, as IDX of rank 3: images, height, width. Published as gzip.
    Images(Split),
    /// The labels of a split, as IDX of rank 1. Published as gzip.
    Labels(Split),
    /// These files in a tar in a gzip, published so and kept so. The split's examples are in the order in which
    /// its batches stand here, whatever their order in the tar.
    Batches(&'static [Batch]),
    /// A text as UTF-8, published so and kept so.
    Text,
}

/// A file of records, each a label of one byte and then the bytes of an image.
#[derive(Debug)]
pub struct Batch {
    /// Its name, without the folder that it has in the archive.
    pub name: &'static str,
    /// The split that its examples belong to.
    pub split: Split,
    /// How many examples it has.
    pub examples: usize,
}

/// The half of a dataset that is learnt from or the half that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// What a model is trained on.
    Train,
    /// What its accuracy is measured on.
    Test,
}

/// The 1,797 digits of 8x8 pixels that are part of the program: E. Alpaydin and C. Kaynak, *Optical Recognition
/// of Handwritten Digits*, UCI Machine Learning Repository, 1998.
///
/// Every fourth example is for testing: 1,348 and 449. `tinydigits/README.md` says why.
pub static TINYDIGITS: Description = Description {
    name: "tinydigits",
    title: "TinyDigits",
    licence: "CC BY 4.0",
    download_mb: 0,
    holds: Holds::Images(
        ImageForm { example_shape: [1, 8, 8], classes: 10, full: 16 },
        Origin::Embedded(tinydigits::examples),
    ),
};

/// 60,000 and 10,000 digits of 28x28 pixels: *Gradient-Based Learning Applied to Document Recognition*,
/// Proceedings of the IEEE 86(11), 1998, §III.A.
pub static MNIST: Description = Description {
    name: "mnist",
    title: "MNIST",
    licence: "CC BY-SA 3.0",
    download_mb: 12,
    holds: Holds::Images(
        ImageForm { example_shape: [1, 28, 28], classes: 10, full: 255 },
        Origin::Files { base_url: "https://ossci-datasets.s3.amazonaws.com/mnist/", files: &MNIST_FILES },
    ),
};

static MNIST_FILES: [FileDescription; 4] = [
    FileDescription {
        name: "train-images-idx3-ubyte",
        content: Content::Images(Split::Train),
        bytes: 47_040_016,
        sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    },
    FileDescription {
        name: "train-labels-idx1-ubyte",
        content: Content::Labels(Split::Train),
        bytes: 60_008,
        sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
    FileDescription {
        name: "t10k-images-idx3-ubyte",
        content: Content::Images(Split::Test),
        bytes: 7_840_016,
        sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    },
    FileDescription {
        name: "t10k-labels-idx1-ubyte",
        content: Content::Labels(Split::Test),
        bytes: 10_008,
        sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
];

/// 50,000 and 10,000 photographs of 32x32 pixels in red, green and blue: A. Krizhevsky, *Learning Multiple Layers
/// of Features from Tiny Images*, 2009, chapter 3; the binary version.
///
/// Its authors publish the digest of no file in the archive. So the archive itself is kept, and one who has the
/// batches alone has them [as found](crate::Provenance::Imported), even where they came out of it.
pub static CIFAR10: Description = Description {
    name: "cifar-10",
    title: "CIFAR-10",
    licence: "for research, by its authors' leave",
    download_mb: 170,
    holds: Holds::Images(
        ImageForm { example_shape: [3, 32, 32], classes: 10, full: 255 },
        Origin::Files {
            base_url: "https://www.cs.toronto.edu/~kriz/",
            files: &[FileDescription {
                name: "cifar-10-binary.tar.gz",
                content: Content::Batches(&CIFAR10_BATCHES),
                bytes: 170_052_171,
                sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            }],
        },
    ),
};

static CIFAR10_BATCHES: [Batch; 6] = [
    Batch { name: "data_batch_1.bin", split: Split::Train, examples: 10_000 },
    Batch { name: "data_batch_2.bin", split: Split::Train, examples: 10_000 },
    Batch { name: "data_batch_3.bin", split: Split::Train, examples: 10_000 },
    Batch { name: "data_batch_4.bin", split: Split::Train, examples: 10_000 },
    Batch { name: "data_batch_5.bin", split: Split::Train, examples: 10_000 },
    Batch { name: "test_batch.bin", split: Split::Test, examples: 10_000 },
];

/// 100 KB of talk that a grammar of our own writes, in 291 different words.
pub static TINYTALK: Description = Description {
    name: "tinytalk",
    title: "TinyTalk",
    licence: "MIT OR Apache-2.0",
    download_mb: 0,
    holds: Holds::Text(Origin::Embedded(tinytalk::text)),
};

/// 1,115,394 characters of Shakespeare's plays: A. Karpathy, *The Unreasonable Effectiveness of Recurrent Neural
/// Networks*, 2015, and its program char-rnn.
pub static TINYSHAKESPEARE: Description = Description {
    name: "tinyshakespeare",
    title: "TinyShakespeare",
    licence: "public domain",
    download_mb: 1,
    holds: Holds::Text(Origin::Files {
        base_url: "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/",
        files: &[FileDescription {
            name: "input.txt",
            content: Content::Text,
            bytes: 1_115_394,
            sha256: "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        }],
    }),
};

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

    /// What its images are like, where it holds images.
    pub fn images(&self) -> Option<&ImageForm> {
        match &self.holds {
            Holds::Images(form, _) => Some(form),
            Holds::Text(_) => None,
        }
    }

    /// Its files in a store: none where it is embedded.
    pub fn files(&self) -> &'static [FileDescription] {
        self.published().map_or(&[], |(_, files)| files)
    }

    /// The name of the dataset that was wanted, where this is another one: what a grade has to say then.
    pub fn stands_in_for(&self, wanted: &Self) -> Option<&'static str> {
        (self.name != wanted.name).then_some(wanted.name)
    }

    /// The folder on the web and the files in it, where it is not embedded.
    pub(crate) fn published(&self) -> Option<(&'static str, &'static [FileDescription])> {
        match &self.holds {
            Holds::Images(_, origin) => origin.published(),
            Holds::Text(origin) => origin.published(),
        }
    }

    /// The archive of its batches, where that is how it is published.
    pub(crate) fn archived(&self) -> Option<Archived<'_>> {
        let Holds::Images(form, Origin::Files { files, .. }) = &self.holds else { return None };
        files.iter().find_map(|file| match file.content {
            Content::Batches(batches) => Some(Archived { file, batches, form }),
            Content::Images(_) | Content::Labels(_) | Content::Text => None,
        })
    }
}

/// A dataset that is published as an archive of batches.
#[derive(Clone, Copy)]
pub(crate) struct Archived<'a> {
    /// The archive.
    pub(crate) file: &'static FileDescription,
    /// The files in it.
    pub(crate) batches: &'static [Batch],
    /// What their images are like.
    pub(crate) form: &'a ImageForm,
}

impl ImageForm {
    /// What is wrong with the first of these labels that is no class.
    pub(crate) fn wrong_label(&self, labels: &[u8]) -> Option<String> {
        let at = labels.iter().position(|&label| u32::from(label) >= self.classes)?;
        Some(format!("label {} of example {at} is none of the {} classes", labels[at], self.classes))
    }

    /// How many bytes an image has.
    pub(crate) fn image_size(&self) -> usize {
        self.example_shape.iter().map(|&extent| extent as usize).product()
    }
}

impl<T> Origin<T> {
    fn published(&self) -> Option<(&'static str, &'static [FileDescription])> {
        match *self {
            Self::Embedded(_) => None,
            Self::Files { base_url, files } => Some((base_url, files)),
        }
    }
}

impl FileDescription {
    /// Its name as published, packed where it is.
    pub fn packed_name(&self) -> String {
        match self.content {
            Content::Images(_) | Content::Labels(_) => format!("{}.gz", self.name),
            Content::Batches(_) | Content::Text => self.name.to_owned(),
        }
    }

    /// Whether it lies in a store as it is published.
    pub(crate) fn stays_as_published(&self) -> bool {
        matches!(self.content, Content::Batches(_) | Content::Text)
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
        assert_eq!(
            error,
            "there is no dataset 'MNIST'; tito knows tinydigits, mnist, cifar-10, tinytalk, tinyshakespeare"
        );
    }

    #[test]
    fn the_lengths_are_those_of_the_counts() {
        let count = |split| if split == Split::Train { 60_000 } else { 10_000 };
        for file in MNIST.files() {
            let expected = match file.content {
                Content::Images(split) => 16 + count(split) * 28 * 28,
                Content::Labels(split) => 8 + count(split),
                Content::Batches(_) | Content::Text => panic!("MNIST has images and labels"),
            };
            assert_eq!(file.bytes, expected, "{}", file.name);
        }
    }

    #[test]
    fn only_images_have_a_form() {
        let with_form: Vec<_> = DATASETS.into_iter().filter(|dataset| dataset.images().is_some()).collect();
        assert_eq!(
            with_form.iter().map(|dataset| dataset.name).collect::<Vec<_>>(),
            ["tinydigits", "mnist", "cifar-10"]
        );
    }

    #[track_caller]
    fn check(dataset: &Description, wanted: &Description, expected: Option<&str>) {
        assert_eq!(dataset.stands_in_for(wanted), expected);
    }

    #[test]
    fn what_it_stands_in_for_is_what_was_wanted() {
        check(&TINYDIGITS, &MNIST, Some("mnist"));
        check(&TINYDIGITS, &CIFAR10, Some("cifar-10"));
        check(&CIFAR10, &CIFAR10, None);
        check(&TINYTALK, &TINYSHAKESPEARE, Some("tinyshakespeare"));
        check(&TINYTALK, &TINYTALK, None);
    }
}
