//! Which data a milestone is graded on.

use std::path::Path;

use tito_data::{DataError, Dataset, Description, Store, TINYDIGITS, TINYTALK, Text};
use tito_milestones::{Milestone, Reading};

use crate::{failure::Failure, screen};

/// What a milestone is graded on.
pub(crate) struct Material {
    /// What is recognised or learnt; beside a text always TinyDigits.
    pub(crate) images: Dataset,
    /// What is read, where the milestone is one of texts.
    pub(crate) text: Option<Text>,
}

/// The data set of this name, as the milestone takes its images, or the text in this file; without a name the one that the
/// milestone wants, or what is part of tito with a note where that cannot be loaded.
pub(crate) fn choose(milestone: &Milestone, name: Option<&str>, store: &Store) -> Result<Material, Failure> {
    let own = name.filter(|name| milestone.is_of_text() && Path::new(name).is_file());
    if let Some(own) = own {
        return Ok(Material { text: Some(open(Path::new(own))?), ..tinydigits(milestone)? });
    }
    let Some(name) = name else { return or_embedded(milestone, store) };
    if is_path(name) {
        let what = if milestone.is_of_text() { "there is no file" } else { "images are taken from no file" };
        return Err(Failure::usage(format!("{what} '{name}'")).help(choices(milestone)));
    }
    let dataset = Description::named(name)?;
    if milestone.data.iter().all(|known| known.name != dataset.name) {
        let number = milestone.rubric.number;
        let failure = Failure::usage(format!("milestone {number} is not graded on {}", dataset.title));
        return Err(failure.help(choices(milestone)));
    }
    Ok(load(milestone, dataset, store)?)
}

/// Whether somebody who typed this meant a file: no data set is called so.
fn is_path(name: &str) -> bool {
    Path::new(name).extension().is_some() || name.contains(['/', '\\'])
}

/// What a milestone is graded on.
fn choices(milestone: &Milestone) -> String {
    let names: Vec<_> = milestone.data.iter().map(|known| known.name).collect();
    let own = if milestone.is_of_text() { " or a file with a text" } else { "" };
    format!(
        "milestone {} is graded on one of these: name {}{own}",
        milestone.rubric.number,
        names.join(" or ")
    )
}

/// A course's own text, where there is enough of it.
fn open(path: &Path) -> Result<Text, Failure> {
    let text = Text::open(path)?;
    let (found, fewest) = (text.len(), Reading::FEWEST);
    if found < fewest {
        let failure = Failure::usage(format!("cannot grade on the text '{}'", path.display()));
        return Err(failure.because(format!("it has {found} characters, where {fewest} are the fewest")));
    }
    Ok(text)
}

/// The images that need no files.
pub(crate) fn tinydigits(milestone: &Milestone) -> Result<Material, Failure> {
    let images = Store::at("").load(&TINYDIGITS, milestone.split)?;
    Ok(Material { images, text: None })
}

fn load(milestone: &Milestone, dataset: &'static Description, store: &Store) -> Result<Material, DataError> {
    if milestone.is_of_text() {
        let images = Store::at("").load(&TINYDIGITS, milestone.split)?;
        return Ok(Material { images, text: Some(store.text(dataset)?) });
    }
    Ok(Material { images: store.load(dataset, milestone.split)?, text: None })
}

fn or_embedded(milestone: &Milestone, store: &Store) -> Result<Material, Failure> {
    let wanted = milestone.data[0];
    load(milestone, wanted, store).or_else(|error| {
        let other = if milestone.is_of_text() { &TINYTALK } else { &TINYDIGITS };
        screen::say(&note(wanted, other, &error));
        Ok(load(milestone, other, store)?)
    })
}

fn note(wanted: &Description, other: &Description, error: &DataError) -> String {
    let Description { title, name, download_mb, .. } = wanted;
    let other = other.title;
    match error {
        DataError::Absent { .. } => format!(
            "note: {title} is not there, so {other} stands in for it; `tito data fetch {name}` gets it ({download_mb} MB)"
        ),
        error => format!("note: {other} stands in for {title}: {error}"),
    }
}
