//! Datasets: `TinyDigits` embedded, MNIST by fetch or import, all by SHA-256.
//!
//! A dataset is a row of a table, a [`Description`]. A [`Store`] is a folder that holds the files of datasets;
//! [`fetch`] and [`import`] are the only ways into it and both admit nothing but the published bytes.
//! [`Store::load`] checks the digest again, every time, and gives a [`Dataset`]: images and labels in memory.
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
//! This is the only crate of tito that names HTTP. Where the folder is, progress bars and which examples a
//! grade is measured on are left to others.

mod checked;
mod dataset;
mod description;
mod error;
mod fetch;
mod idx;
mod import;
mod state;
mod store;
mod tinydigits;

pub use dataset::Dataset;
pub use description::{
    DATASETS, Description, Examples, FileDescription, MNIST, Origin, Role, Split, TINYDIGITS,
};
pub use error::{DataError, Problem};
pub use fetch::{Progress, fetch};
pub use import::import;
pub use state::{DatasetState, FileState, FileStatus};
pub use store::Store;
