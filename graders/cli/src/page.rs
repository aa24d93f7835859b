//! The report of a grading as a page, with where the component's fuel goes.

use std::path::Path;

use tito_artifact::{Artifact, Functions, Gated, Limits};
use tito_grade::Table;
use tito_milestones::{Workload, profile_limits};
use tito_profile::{Kind, Report, flame_graph};
use tito_report::{
    Document,
    html::{self, Fuel},
};
use tito_sandbox::Outcome;

use crate::{commands::profile, failure::Failure, files, isolation::Walls, milestone_inputs};

/// Functions that a page shows.
const SHOWN: usize = 25;

/// Writes it; the fuel is that of the milestone's own workload, where the component gets through that.
pub(crate) fn write(
    path: &Path,
    document: &Document,
    (component, milestone): (Vec<u8>, u32),
    walls: Walls,
) -> Result<(), Failure> {
    let fuel = fuel(component, milestone, walls)?;
    let page = html::document(document, fuel.as_ref(), tito_course::now());
    files::write_whole(path, page.as_bytes()).map_err(|error| Failure::io("write the page", path, error))
}

fn fuel(component: Vec<u8>, milestone: u32, walls: Walls) -> Result<Option<Fuel>, Failure> {
    let limits = Limits::default();
    let limits = Limits { run: profile_limits(&limits.run), ..limits };
    let Gated::Admitted(artifact) = Artifact::gate(component, &limits) else { return Ok(None) };
    let isolation = walls.isolation(&limits, milestone_inputs::cache())?;
    let wanted = Workload::of_milestone(milestone);
    let (workload, Outcome::Answer(profile)) = profile::counted(&artifact, &isolation, &limits, wanted)?
    else {
        return Ok(None);
    };
    let functions = Functions::of(&artifact);
    let report = Report::new(&profile, &functions);
    let workload = workload.words().to_owned();
    let flame_graph = flame_graph(&profile, &functions, &workload);
    Ok(Some(Fuel { workload, flame_graph, tables: vec![kinds(&report), costs(&report)] }))
}

fn share(report: &Report, fuel: u64) -> String {
    format!("{:.1} %", 100.0 * report.share(fuel))
}

fn kinds(report: &Report) -> Table {
    let row = |kind: Kind| {
        let fuel = report.kinds.get(&kind).copied().unwrap_or_default();
        vec![kind.word().to_owned(), share(report, fuel), fuel.to_string()]
    };
    let columns = ["kind", "share", "fuel"].map(str::to_owned).into();
    Table { title: "Kinds of cost".into(), columns, rows: Kind::ALL.map(row).into() }
}

fn costs(report: &Report) -> Table {
    let shown = report.functions.iter().take(SHOWN);
    let row = |cost: &tito_profile::Cost| {
        let [own, total] = [cost.own_fuel, cost.total_fuel].map(|fuel| share(report, fuel));
        vec![cost.name.clone(), cost.kind.word().to_owned(), own, total]
    };
    let columns = ["function", "kind", "of its own", "with calls"].map(str::to_owned).into();
    let title =
        format!("Functions: the first {} of {}", SHOWN.min(report.functions.len()), report.functions.len());
    Table { title, columns, rows: shown.map(row).collect() }
}
