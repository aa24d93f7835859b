//! `tito milestone status`: what the last test in this folder found.

use std::{collections::BTreeMap, path::Path};

use clap::Args;
use serde::Serialize;
use tito_artifact::{Digest, Limits};

use crate::{
    exit::Exit,
    failure::Failure,
    screen,
    status::{Status as Kept, Tested},
    submission::ComponentFile,
};

/// Shows what the last test in this folder found.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito milestone status")]
pub(crate) struct Status {
    #[command(flatten)]
    component: ComponentFile,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    milestones: BTreeMap<u32, Found>,
}

/// What was found, and of what.
#[derive(Serialize)]
struct Found {
    #[serde(flatten)]
    tested: Tested,
    component: Component,
}

/// The component since the test.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Component {
    Unchanged,
    Changed,
    Missing,
}

impl Status {
    /// Prints it.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let kept = Kept::read(Path::new("."))?.milestones.into_iter();
        let found = kept.map(|(number, tested)| {
            let component = self.since(&tested)?;
            Ok((number, Found { tested, component }))
        });
        let document = Document { milestones: found.collect::<Result<_, Failure>>()? };
        if self.json {
            screen::print_json("tito.status", &document)?;
        } else {
            screen::print(&text(&document))?;
        }
        Ok(Exit::Passed)
    }

    /// What became of the component that was tested, or of the one that is named instead.
    fn since(&self, tested: &Tested) -> Result<Component, Failure> {
        let component = self.component.or(&tested.file);
        if !component.path().exists() {
            return Ok(Component::Missing);
        }
        let is_it = Digest::of(&component.read(&Limits::default())?).to_string() == tested.sha256;
        Ok(if is_it { Component::Unchanged } else { Component::Changed })
    }
}

fn text(document: &Document) -> String {
    if document.milestones.is_empty() {
        return "Not tested yet; `tito milestone test 1` does that, or the number of another milestone.\n"
            .into();
    }
    document.milestones.iter().map(|(number, found)| milestone(*number, found)).collect()
}

fn milestone(number: u32, Found { tested, component }: &Found) -> String {
    let provisional = if tested.provisional { ", provisional" } else { "" };
    let score = tito_grade::points(tested.score);
    let since = match component {
        Component::Unchanged => "the one that was tested",
        Component::Changed => "changed since the test",
        Component::Missing => "not there any more",
    };
    let rows = [
        ("score", format!("{score} of 100, {}{provisional}", tested.level)),
        ("tested", tested.tested.to_string()),
        ("data", tested.data.clone()),
        ("component", since.into()),
    ];
    let heading = screen::heading(&format!("Milestone {number}"));
    format!("{heading}\n{}", screen::table(rows.map(|(name, value)| [name.into(), value])))
}
