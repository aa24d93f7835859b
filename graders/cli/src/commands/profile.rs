//! `tito profile`: where a component's fuel goes, function by function.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tito_artifact::{Artifact, Functions, Gated, Limits};
use tito_grade::ComponentId;
use tito_milestones::{Workload, profile_limits};
use tito_profile::{Kind, Report, flame_graph, folded};
use tito_sandbox::{Fault, Metering, Outcome, Profile as Counted};
use tito_worker::Isolation;

use crate::{
    exit::Exit, failure::Failure, files, isolation, isolation::Walls, milestone_inputs, report, screen,
    submission::ComponentFile,
};

/// Show where a component's fuel goes, function by function
///
/// A guest does a little of what a milestone is about, and counts the operators that each function runs, as the fuel of a
/// grade does. The figures are the same in every run and on every machine. Functions have the names of your sources
/// unless the component was stripped.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tito profile\n  tito profile --milestone 5 --svg flame.svg")]
pub(crate) struct Profile {
    #[command(flatten)]
    component: ComponentFile,
    /// What it is profiled at [default: the most that it exports]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=5))]
    milestone: Option<u32>,
    /// Write the flame graph to this file
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
    /// Write the stacks to this file, in the folded form that other tools read
    #[arg(long, value_name = "FILE")]
    folded: Option<PathBuf>,
    /// How many functions are shown
    #[arg(long, value_name = "COUNT", default_value_t = 25)]
    top: usize,
    /// Print one JSON document with all of them
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    walls: Walls,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Found<'a> {
    component: ComponentId,
    workload: &'static str,
    #[serde(flatten)]
    report: &'a Report,
}

impl Profile {
    /// Fails where the component does not do the work.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let limits = Limits::default();
        let limits = Limits { run: profile_limits(&limits.run), ..limits };
        let artifact = match Artifact::gate(self.component.read(&limits)?, &limits) {
            Gated::Refused(refusal) => return report::print_refusal(&refusal, self.json),
            Gated::Admitted(artifact) => artifact,
        };
        let isolation = self.walls.isolation(&limits, milestone_inputs::cache())?;
        let wanted = self.milestone.and_then(Workload::of_milestone);
        let (workload, outcome) = counted(&artifact, &isolation, &limits, wanted)?;
        let profile = match outcome {
            Outcome::Answer(profile) => profile,
            other => {
                screen::print(&format!(
                    "the component does not get through it ({}): {other}\n",
                    workload.words()
                ))?;
                return Ok(Exit::Failed);
            }
        };
        self.show(&artifact, workload, &profile)?;
        Ok(Exit::Passed)
    }

    fn show(&self, artifact: &Artifact, workload: Workload, profile: &Counted) -> Result<(), Failure> {
        let functions = Functions::of(artifact);
        let report = Report::new(profile, &functions);
        let title = format!("{}, {}", self.component.path().display(), workload.words());
        for (path, text) in [
            (&self.svg, flame_graph(profile, &functions, &title)),
            (&self.folded, folded(profile, &functions)),
        ] {
            if let Some(path) = path {
                files::write_whole(path, text.as_bytes())
                    .map_err(|error| Failure::io("write the profile", path, error))?;
            }
        }
        if self.json {
            let bytes = artifact.bytes().len() as u64;
            let component = ComponentId { sha256: artifact.digest().to_string(), bytes };
            let found = Found { component, workload: workload.words(), report: &report };
            return screen::print_json("tito.profile", &found);
        }
        screen::print(&text(&report, workload, self.top))
    }
}

/// What a component counts at the workload that is wanted, or at the most that it exports.
pub(crate) fn counted(
    artifact: &Artifact,
    isolation: &Isolation,
    limits: &Limits,
    wanted: Option<Workload>,
) -> Result<(Workload, Outcome<Counted>), Failure> {
    let prepared = isolation.compile(artifact, Metering::Profiled)?;
    isolation::say_trouble(isolation);
    let work = |workload| match &prepared {
        Outcome::Answer(ready) => ready.settled(|| tito_milestones::profile(ready, workload, &limits.run)),
        _ => tito_milestones::profile(&prepared, workload, &limits.run),
    };
    let workload = wanted.unwrap_or_else(|| Workload::of_exports(artifact.exports()));
    let outcome = work(workload)?;
    // Who has no convolutions yet has dense layers.
    let is_less = matches!(outcome, Outcome::Fault(Fault::Unsupported(_))) && wanted.is_none();
    if is_less && workload == Workload::Vision {
        return Ok((Workload::Dense, work(Workload::Dense)?));
    }
    Ok((workload, outcome))
}

fn text(report: &Report, workload: Workload, top: usize) -> String {
    let share = |fuel| format!("{:.1} %", 100.0 * report.share(fuel));
    let kinds = Kind::ALL.map(|kind| {
        let fuel = report.kinds.get(&kind).copied().unwrap_or_default();
        [kind.word().to_owned(), share(fuel), fuel.to_string()]
    });
    let head = [["of its own", "with calls", "kind", "function"].map(str::to_owned)];
    let shown = report.functions.iter().take(top).map(|cost| {
        [share(cost.own_fuel), share(cost.total_fuel), cost.kind.word().to_owned(), cost.name.clone()]
    });
    let others = report.functions.len().saturating_sub(top);
    let more = if others > 0 {
        format!("  and {others} more; --top {} shows all\n", report.functions.len())
    } else {
        String::new()
    };
    format!(
        "{}\n  {}: {} fuel\n\n{}\n{}\n{}\n{}{more}",
        screen::heading("Profile"),
        workload.words(),
        report.fuel,
        screen::heading("Costs"),
        screen::table(kinds),
        screen::heading("Functions"),
        screen::table(head.into_iter().chain(shown)),
    )
}
