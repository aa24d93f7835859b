//! Which data accuracy is measured on.

use tito_data::{CIFAR10, DataError, Dataset, Description, MNIST, Split, Store, TINYDIGITS};

use crate::{failure::Failure, screen};

/// The test split of the data set of this name; without a name MNIST's, or TinyDigits' with a note where MNIST cannot
/// be loaded.
pub(crate) fn choose(name: Option<&str>, store: &Store) -> Result<Dataset, Failure> {
    match name {
        Some(name) => Ok(store.load(digits(name)?, Split::Test)?),
        None => or_tinydigits(&MNIST, store),
    }
}

/// The data that needs no files.
pub(crate) fn tinydigits() -> Result<Dataset, Failure> {
    Ok(Store::at("").load(&TINYDIGITS, Split::Test)?)
}

/// The networks that are shipped recognise digits and nothing else.
fn digits(name: &str) -> Result<&'static Description, Failure> {
    let dataset = Description::named(name)?;
    if dataset.name == CIFAR10.name {
        return Err(Failure::usage("CIFAR-10 is to train on; accuracy is measured on digits")
            .help("name mnist or tinydigits"));
    }
    Ok(dataset)
}

/// The test split of what is wanted, or TinyDigits' with a note.
fn or_tinydigits(wanted: &'static Description, store: &Store) -> Result<Dataset, Failure> {
    store.load(wanted, Split::Test).or_else(|error| {
        screen::say(&note(wanted, &error));
        tinydigits()
    })
}

fn note(wanted: &Description, error: &DataError) -> String {
    let Description { title, name, download_mb, .. } = wanted;
    match error {
        DataError::Absent { .. } => format!(
            "note: {title} is not there, so TinyDigits stands in for it; `tito data fetch {name}` gets it ({download_mb} MB)"
        ),
        other => format!("note: TinyDigits stands in for {title}: {other}"),
    }
}
