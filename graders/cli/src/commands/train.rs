//! `tito train`: trains a network by a component's own `fit`, epoch by epoch, with a log that can be followed.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use indicatif::ProgressBar;
use tempfile::NamedTempFile;
use tito_artifact::{Artifact, Digest, Gated, Limits};
use tito_data::{Dataset, Provenance, Split};
use tito_milestones::{Entry, Learning, Plan, Trained, Training, TrainingLog, Watch};
use tito_sandbox::{Budget, Metering, Outcome};
use tito_worker::Prepared;

use crate::{
    exit::Exit,
    failure::Failure,
    folders::DataFolder,
    input,
    isolation::{self, Walls},
    milestone_inputs, progress, report, screen,
    submission::ComponentFile,
};

/// What the files of a training may hold.
const PLAN_BYTES: u64 = 64 << 10;
const LOG_BYTES: u64 = 16 << 20;
const CHECKPOINT_BYTES: u64 = 64 << 20;

/// No epoch takes longer than a day, whatever it is of.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const BUDGET: Budget = Budget { fuel: u64::MAX / 4, ms: DAY_MS };

/// Train a network by a component's own `fit`, for `model.ckpt`
///
/// Every epoch is trained in a fresh sandbox from the checkpoint that the one before it left. The folder of the training
/// holds them all, and a log in which each is named by its digest. After Ctrl-C the same command goes on where it was.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tito train
  tito train --plan train.toml --out training
  tito train --replay 3")]
pub(crate) struct Train {
    #[command(flatten)]
    component: ComponentFile,
    /// How it is trained: data, network, optimizer, epochs
    #[arg(long, value_name = "FILE.toml", default_value = "train.toml")]
    plan: PathBuf,
    /// The folder of the training: the log, and a checkpoint for every epoch
    #[arg(long, value_name = "FOLDER", default_value = "training")]
    out: PathBuf,
    /// Train this epoch of the log again, and see whether the same bytes come out
    #[arg(long, value_name = "EPOCH")]
    replay: Option<u32>,
    #[command(flatten)]
    data_folder: DataFolder,
    #[command(flatten)]
    walls: Walls,
}

/// The folder of a training.
struct Folder<'a>(&'a Path);

/// What is the same in all epochs.
struct Run<'a> {
    training: Training<'a>,
    prepared: &'a Prepared,
    folder: Folder<'a>,
    epochs: u32,
}

impl Train {
    /// Ends as the submission does.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut limits = Limits::default();
        limits.run.total_ms = DAY_MS;
        let text = input::read("plan", &self.plan, PLAN_BYTES)?;
        let cannot = || Failure::usage(format!("cannot use the plan '{}'", self.plan.display()));
        let (plan, description) = Plan::parse(&String::from_utf8_lossy(&text)).map_err(|error| {
            cannot().because(error).help("`tito train --help` names the files that it reads")
        })?;
        let data = self.data_folder.store()?.load(description, Split::Train)?;
        let artifact = match Artifact::gate(self.component.read(&limits)?, &limits) {
            Gated::Refused(refusal) => return report::print_refusal(&refusal, false),
            Gated::Admitted(artifact) => artifact,
        };
        let isolation = self.walls.isolation(&limits, milestone_inputs::cache())?;
        let prepared = match isolation.compile(&artifact, Metering::Metered)? {
            Outcome::Answer(prepared) => prepared,
            other => return ended(&other),
        };
        isolation::say_trouble(&isolation);
        let training = Training::new(&plan, &data).map_err(|error| cannot().because(error))?;
        let run = Run { training, prepared: &prepared, folder: Folder(&self.out), epochs: plan.epochs };
        let first = Entry {
            epoch: 0,
            component: artifact.digest().to_string(),
            plan: Digest::of(&text).to_string(),
            data: named(&data),
            before: None,
            after: String::new(),
            fuel: 0,
            reported: None,
            previous: None,
        };
        match self.replay {
            Some(epoch) => run.replay(epoch, &first),
            None => run.go_on(first),
        }
    }
}

/// The data's name, and whose bytes they are where they are not the published ones.
fn named(data: &Dataset) -> String {
    let name = data.description().name;
    match data.provenance() {
        Provenance::Published => name.to_owned(),
        Provenance::Imported { sha256 } => format!("{name} {sha256}"),
    }
}

impl Run<'_> {
    /// Trains what is left of the plan.
    fn go_on(&self, mut entry: Entry) -> Result<Exit, Failure> {
        let mut log = self.folder.log()?;
        if let Some(last) = log.entries().last() {
            same(last, &entry, self.folder.0)?;
            entry.before = Some(last.after.clone());
        }
        let done = log.entries().len() as u32;
        if done > 0 {
            screen::say(&format!("epochs 1 to {done} are there; Ctrl-C is safe"));
        }
        for epoch in done + 1..=self.epochs {
            let before = entry.before.as_deref().map(|sha256| self.folder.checkpoint(epoch - 1, sha256));
            let trained = match self.trained(epoch, before.transpose()?.as_deref())? {
                Outcome::Answer(trained) => trained,
                other => return ended(&other),
            };
            let after = Digest::of(&trained.checkpoint).to_string();
            self.folder.keep(&name(epoch), &trained.checkpoint)?;
            let reported = trained.reported.map(Into::into);
            let done = Entry { epoch, after: after.clone(), fuel: trained.fuel, reported, ..entry.clone() };
            screen::say(&told(&done, self.epochs));
            log.append(done).expect("it goes on from the last one");
            self.folder.keep("log.jsonl", log.text().as_bytes())?;
            entry.before = Some(after);
        }
        self.end(&log)
    }

    /// Hands the last checkpoint over.
    fn end(&self, log: &TrainingLog) -> Result<Exit, Failure> {
        let Some(last) = log.entries().last() else { unreachable!("a plan has an epoch") };
        let checkpoint = self.folder.checkpoint(last.epoch, &last.after)?;
        self.folder.keep("model.ckpt", &checkpoint)?;
        let path = self.folder.0.join("model.ckpt");
        screen::print(&format!(
            "{} epochs, {} bytes, sha256 {}: '{}'\n",
            last.epoch,
            checkpoint.len(),
            last.after,
            path.display()
        ))?;
        Ok(Exit::Passed)
    }

    /// Trains an epoch of the log again.
    fn replay(&self, epoch: u32, own: &Entry) -> Result<Exit, Failure> {
        let log = self.folder.log()?;
        let all = log.entries();
        let Some(entry) = all.iter().find(|entry| entry.epoch == epoch) else {
            return Err(Failure::usage(format!("the log has {} epochs, and no epoch {epoch}", all.len())));
        };
        same(entry, own, self.folder.0)?;
        let before = entry.before.as_deref().map(|sha256| self.folder.checkpoint(epoch - 1, sha256));
        let trained = match self.trained(epoch, before.transpose()?.as_deref())? {
            Outcome::Answer(trained) => trained,
            other => return ended(&other),
        };
        let found = Digest::of(&trained.checkpoint).to_string();
        let is_same = found == entry.after && trained.fuel == entry.fuel;
        let verdict = if is_same { "the same bytes, the same fuel" } else { "NOT what the log says" };
        screen::print(&format!(
            "epoch {epoch} again: {verdict}\n  log:   {} with {} fuel\n  again: {found} with {} fuel\n",
            entry.after, entry.fuel, trained.fuel
        ))?;
        Ok(if is_same { Exit::Passed } else { Exit::Failed })
    }

    fn trained(&self, epoch: u32, before: Option<&[u8]>) -> Result<Outcome<Trained>, Failure> {
        let bar = progress::steps(u64::from(self.epochs));
        bar.set_position(u64::from(epoch - 1));
        let trained = self
            .prepared
            .settled(|| self.training.epoch(self.prepared, epoch, before, BUDGET, Some(watch(bar.clone()))));
        bar.finish_and_clear();
        Ok(trained?)
    }
}

/// Whether two epochs are of one training: else going on would make a log that nobody can follow.
fn same(logged: &Entry, own: &Entry, folder: &Path) -> Result<(), Failure> {
    let figures = [
        ("component", &logged.component, &own.component),
        ("plan", &logged.plan, &own.plan),
        ("data", &logged.data, &own.data),
    ];
    match figures.into_iter().find(|(_, logged, own)| logged != own) {
        None => Ok(()),
        Some((what, logged, own)) => {
            let failure = Failure::usage(format!(
                "the training in '{}' has another {what}: {logged}, and this one is {own}",
                folder.display()
            ));
            Err(failure.help("name another folder with --out, or use what it was begun with"))
        }
    }
}

fn watch(bar: ProgressBar) -> Watch {
    Arc::new(move |Learning { steps: [step, steps], .. }| {
        bar.set_message(format!("epochs; step {step} of {steps}"));
    })
}

/// A line for somebody who waits.
fn told(entry: &Entry, epochs: u32) -> String {
    let figures = entry.reported.map_or(String::new(), |figures| {
        let looked_at = figures
            .validation_accuracy
            .map_or(String::new(), |accuracy| format!(", {:.1} % of those looked at", 100.0 * accuracy));
        let accuracy = 100.0 * figures.training_accuracy;
        format!(": loss {:.3}, {accuracy:.1} % right{looked_at}", figures.training_loss)
    });
    format!(
        "epoch {} of {epochs}{figures}; {:.2e} fuel, {}",
        entry.epoch,
        entry.fuel as f64,
        &entry.after[..12]
    )
}

/// What came instead of training.
fn ended<T>(outcome: &Outcome<T>) -> Result<Exit, Failure> {
    screen::print(&format!("the component does not train: {outcome}\n"))?;
    Ok(Exit::Failed)
}

fn name(epoch: u32) -> String {
    format!("epoch-{epoch:03}.ckpt")
}

impl Folder<'_> {
    /// The log, empty where there is none.
    fn log(&self) -> Result<TrainingLog, Failure> {
        let path = self.0.join("log.jsonl");
        if !path.exists() {
            return Ok(TrainingLog::default());
        }
        let text = input::read("training log", &path, LOG_BYTES)?;
        TrainingLog::parse(&String::from_utf8_lossy(&text)).map_err(|error| {
            let failure = Failure::usage(format!("cannot follow the training log '{}'", path.display()));
            failure.because(error).help("it was changed; begin anew in another folder with --out")
        })
    }

    /// The checkpoint of an epoch, if it is the one that the log names.
    fn checkpoint(&self, epoch: u32, sha256: &str) -> Result<Vec<u8>, Failure> {
        let path = self.0.join(name(epoch));
        let bytes = input::read("checkpoint", &path, CHECKPOINT_BYTES)?;
        if Digest::of(&bytes).to_string() == sha256 {
            return Ok(bytes);
        }
        let failure =
            Failure::usage(format!("'{}' is not the checkpoint that the log names", path.display()));
        Err(failure
            .help("it was changed or belongs to another training; begin anew in another folder with --out"))
    }

    /// Writes a file whole or not at all.
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.0.join(name);
        let written = fs::create_dir_all(self.0)
            .and_then(|()| NamedTempFile::new_in(self.0))
            .and_then(|mut file| file.write_all(bytes).map(|()| file))
            .and_then(|file| file.as_file().sync_all().map(|()| file))
            .and_then(|file| file.persist(&path).map_err(|error| error.error));
        written.map(|_| ()).map_err(|error| Failure::io("write", &path, error))
    }
}
