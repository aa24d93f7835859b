//! Datasets: `TinyDigits` and `TinyTalk` embedded, MNIST, CIFAR-10 and `TinyShakespeare` by fetch or import, all by SHA-256.
//!
//! A dataset is a row of a table, a [`Description`]. A [`Store`] is a folder that holds the files of datasets;
//! [`fetch`] and [`import`] are the only ways into it. Both admit the published bytes, and `import` also batches of
//! CIFAR-10 that are others, which keep their own digest as their [`Provenance`]. [`Store::load`] checks the digest
//! again, every time, and gives a [`Dataset`]: images and labels in memory. A [`Part`] of one is what is trained on.
//! [`Store::text`] likewise gives a [`Text`], and [`Text::open`] one that a course brings itself.
//!
//! ```
//! use tito_data::{Split, Store, TINYDIGITS};
//!
//! let digits = Store::at("/no/folder/needed").load(&TINYDIGITS, Split::Test)?;
//! let (images, labels) = digits.batch(&[0, 1]);
//! assert_eq!(images.shape().extents(), [2, 1, 8, 8]);
//! assert_eq!(labels.len(), 2);
//! # Ok::<(), tito_data::DataError>(())
//! ```
//!
//! This is the only crate of tito that names HTTP. Where the folder is, progress bars, and which examples
//! are drawn for what are left to others.

mod batches;
mod checked;
mod dataset;
mod description;
mod error;
mod fetch;
mod idx;
mod import;
mod imported;
mod load;
mod moments;
mod part;
mod provenance;
mod read_text;
mod split_mix;
mod state;
mod store;
mod text;
mod tinydigits;
mod tinytalk;
mod verify;
mod words;

pub use dataset::Dataset;
pub use description::{
    Batch, CIFAR10, Content, DATASETS, Description, Examples, FileDescription, Holds, ImageForm, MNIST,
    Origin, Split, TINYDIGITS, TINYSHAKESPEARE, TINYTALK,
};
pub use error::{DataError, Problem, UnknownCharacter};
pub use fetch::{Progress, fetch};
pub use import::import;
pub use moments::Moments;
pub use part::Part;
pub use provenance::Provenance;
pub use state::{DatasetState, FileState, FileStatus};
pub use store::Store;
pub use text::Text;
pub use words::words;
