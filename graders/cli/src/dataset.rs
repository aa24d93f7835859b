//! Which data a milestone is graded on.

use tito_data::{DataError, Dataset, Description, Store, TINYDIGITS};
use tito_milestones::Milestone;

use crate::{failure::Failure, screen};

/// The data set of this name, as the milestone takes its images; without a name the one that the milestone wants, or
/// TinyDigits with a note where that cannot be loaded.
pub(crate) fn choose(milestone: &Milestone, name: Option<&str>, store: &Store) -> Result<Dataset, Failure> {
    let Some(name) = name else { return or_tinydigits(milestone, store) };
    let dataset = Description::named(name)?;
    if milestone.data.iter().all(|known| known.name != dataset.name) {
        let names: Vec<_> = milestone.data.iter().map(|known| known.name).collect();
        let failure = Failure::usage(format!(
            "milestone {} is not graded on {}",
            milestone.rubric.number, dataset.title
        ));
        return Err(failure.help(format!("name {}", names.join(" or "))));
    }
    Ok(store.load(dataset, milestone.split)?)
}

/// The data that needs no files.
pub(crate) fn tinydigits(milestone: &Milestone) -> Result<Dataset, Failure> {
    Ok(Store::at("").load(&TINYDIGITS, milestone.split)?)
}

fn or_tinydigits(milestone: &Milestone, store: &Store) -> Result<Dataset, Failure> {
    let wanted = milestone.data[0];
    store.load(wanted, milestone.split).or_else(|error| {
        screen::say(&note(wanted, &error));
        tinydigits(milestone)
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
