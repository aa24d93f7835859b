//! Which data accuracy is measured on.

use tito_data::{DataError, Dataset, Description, MNIST, Split, Store, TINYDIGITS};

use crate::{failure::Failure, screen};

/// The test split of the data set of this name; without a name MNIST's, or TinyDigits' with a note where MNIST cannot
/// be loaded.
pub(crate) fn choose(name: Option<&str>, store: &Store) -> Result<Dataset, Failure> {
    match name {
        Some(name) => Ok(store.load(Description::named(name)?, Split::Test)?),
        None => store.load(&MNIST, Split::Test).or_else(|error| {
            screen::say(&note(&error));
            tinydigits()
        }),
    }
}

/// The data that needs no files.
pub(crate) fn tinydigits() -> Result<Dataset, Failure> {
    Ok(Store::at("").load(&TINYDIGITS, Split::Test)?)
}

fn note(error: &DataError) -> String {
    match error {
        DataError::Absent { name, .. } => format!(
            "note: MNIST is not there, so TinyDigits stands in for it; `tito data fetch {name}` gets it (12 MB)"
        ),
        other => format!("note: TinyDigits stands in for MNIST: {other}"),
    }
}
