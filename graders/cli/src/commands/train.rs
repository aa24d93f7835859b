//! `tito train`: trains a network by a component's own `fit`, epoch by epoch, with a log that can be followed.

mod folder;

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use indicatif::ProgressBar;
use tito_artifact::{Artifact, Gated, Limits, RunLimits};
use tito_data::{Dataset, Split};
use tito_milestones::{
    Entry, Learning, NotTrained, Origin, Plan, TrainedEpoch, Training, TrainingLog, Watch,
};
use tito_sandbox::{Budget, HostError, Metering, Outcome};
use tito_worker::{Prepared, Quarantined};

use self::folder::{Folder, is_one};
use crate::{
    exit::Exit,
    failure::Failure,
    folders::DataFolder,
    input,
    isolation::{self, Walls},
    milestone_inputs, progress, report, screen,
    submission::ComponentFile,
};

const PLAN_BYTES: u64 = 64 << 10;

/// No epoch takes longer than a day, whatever it is of.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const BUDGET: Budget = Budget { fuel: u64::MAX / 4, ms: DAY_MS };

/// Train a network by a component's own `fit`, for `model.ckpt`
///
/// Every epoch is trained in a fresh sandbox from the checkpoint that the one before it left. The folder of the training
/// holds them all, and a log in which each is named by its digest. After Ctrl-C the same command goes on where it was.
#[derive(Debug, Args)]
#[command(after_help = r#"Examples:
  tito train
  tito train --plan train.toml --out training
  tito train --replay 3

A plan, train.toml:
  data = "mnist"                 # or "cifar-10", "tinydigits": the training split
  network = [                    # the layers of `tito milestone info 2`, batch-norm2d and dropout, as in model.toml
      { conv2d = { in-channels = 1, out-channels = 8, kernel = [3, 3], stride = [1, 1], padding = [1, 1] } },
      { batch-norm2d = { features = 8, epsilon = 1e-5 } }, "relu", { max-pool2d = { kernel = [2, 2] } },
      "flatten", { dropout = 0.1 }, { dense = { inputs = 1568, outputs = 10 } },
  ]
  optimizer = { sgd = { momentum = 0.9, weight-decay = 5e-4 } }   # or { adam = { weight-decay = 0.01 } }, decoupled
  learning-rate = 0.05           # at its highest; it falls to 0 along half a cosine
  warm-up = 0.1                  # the share of the epochs in which it rises [default: 0]
  epochs = 5
  batch-size = 64
  validation = 1000              # examples that are only looked at [default: 0]
  flip = false                   # whether images are turned over, left for right, at random [default: false]
  seed = 1"#)]
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

/// What is the same in all epochs.
struct Run<'a> {
    training: Training<'a>,
    prepared: &'a Prepared,
    folder: Folder,
    origin: Origin,
    /// The text of the plan.
    plan: String,
    epochs: u32,
}

/// Why a training does not come to its end.
enum Stopped {
    /// The component's doing.
    Component(NotTrained),
    Failure(Failure),
}

impl From<NotTrained> for Stopped {
    fn from(problem: NotTrained) -> Self {
        Self::Component(problem)
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl Train {
    /// Ends as the submission does.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let (plan, text, data) = self.planned()?;
        let mut limits = Limits::default();
        limits.run.total_ms = DAY_MS;
        let artifact = match Artifact::gate(self.component.read(&limits)?, &limits) {
            Gated::Refused(refusal) => return report::print_refusal(&refusal, false),
            Gated::Admitted(artifact) => artifact,
        };
        let isolation = self.walls.isolation(&limits, milestone_inputs::cache())?;
        let prepared = match isolation.compile(&artifact, Metering::Metered)? {
            Outcome::Answer(prepared) => prepared,
            other => return ended(&NotTrained::Call { call: "instantiate", what: other.to_string() }),
        };
        isolation::say_trouble(&isolation);
        let run = Run {
            training: Training::new(&plan, &data).map_err(|error| self.cannot().because(error))?,
            prepared: &prepared,
            folder: match self.replay {
                Some(_) => Folder::begun(&self.out)?,
                None => Folder::make(&self.out)?,
            },
            origin: Origin::new(artifact.digest(), &text, &data),
            plan: text,
            epochs: plan.epochs,
        };
        let exit = match self.replay {
            Some(epoch) => run.replay(epoch),
            None => run.go_on(),
        };
        exit.or_else(|stopped| match stopped {
            Stopped::Component(problem) => ended(&problem),
            Stopped::Failure(failure) => Err(failure),
        })
    }

    /// The plan, its text with the same line ends everywhere, and the data that it is for.
    fn planned(&self) -> Result<(Plan, String, Dataset), Failure> {
        let text = String::from_utf8(input::read("plan", &self.plan, PLAN_BYTES)?);
        let text = text.map_err(|error| self.cannot().because(error))?.replace("\r\n", "\n");
        let (plan, description) = Plan::parse(&text)
            .map_err(|error| self.cannot().because(error).help("`tito train --help` shows a whole plan"))?;
        let data = self.data_folder.store()?.load(description, Split::Train)?;
        Ok((plan, text, data))
    }

    fn cannot(&self) -> Failure {
        Failure::usage(format!("cannot use the plan '{}'", self.plan.display()))
    }
}

impl Run<'_> {
    /// Trains what is left of the plan.
    fn go_on(&self) -> Result<Exit, Stopped> {
        let mut log = self.folder.log()?;
        let last = log.entries().last();
        is_one(&self.folder, last.and_then(|last| last.origin.other(&self.origin)))?;
        self.mend(&log)?;
        let done = log.entries().len() as u32;
        if done < self.epochs {
            screen::say(&format!(
                "epochs {} to {} go to '{}'; Ctrl-C loses the epoch that runs and no other, and the same command goes on",
                done + 1,
                self.epochs,
                self.folder.path().display()
            ));
        }
        if done == 0 {
            let fuel = self.settled(|| self.training.rehearse(self.prepared, BUDGET))??;
            too_long(fuel).into_iter().for_each(|note| screen::say(&note));
        }
        self.folder.write("train.toml", self.plan.as_bytes())?;
        for epoch in done + 1..=self.epochs {
            self.next(epoch, &mut log)?;
        }
        self.end(&log)
    }

    /// Trains those epochs again whose checkpoints are missing or are not what the log names.
    fn mend(&self, log: &TrainingLog) -> Result<(), Stopped> {
        for entry in log.entries() {
            let Some(broken) = self.folder.broken(entry)? else { continue };
            let (file, epoch) = (self.folder.file(entry.epoch), entry.epoch);
            screen::say(&format!("note: '{}' {broken}; epoch {epoch} is trained again", file.display()));
            let trained = self.trained(epoch, self.folder.before(entry)?.as_deref())?;
            if let Some(what) = entry.unlike(&trained) {
                let failure = Failure::failed(format!("epoch {epoch} again is not what the log says"));
                return Err(failure.because(what).help(self.folder.without(epoch as usize)).into());
            }
            self.folder.restore(epoch, &trained.checkpoint)?;
        }
        Ok(())
    }

    /// Trains the next epoch, and keeps it.
    fn next(&self, epoch: u32, log: &mut TrainingLog) -> Result<(), Stopped> {
        let before = log.entries().last().map(|last| last.after.clone());
        let checkpoint = before.as_deref().map(|sha256| self.folder.checkpoint(epoch - 1, sha256));
        let trained = self.trained(epoch, checkpoint.transpose()?.as_deref())?;
        let entry = Entry::new(epoch, self.origin.clone(), before, &trained);
        log.append(entry.clone()).expect("it goes on from the last one");
        self.folder.keep(epoch, &trained.checkpoint, log)?;
        screen::say(&told(&entry, self.epochs));
        Ok(())
    }

    /// Hands the last checkpoint over, once all of them are what the log names.
    fn end(&self, log: &TrainingLog) -> Result<Exit, Stopped> {
        self.mend(log)?;
        let last = log.entries().last().expect("a plan has an epoch");
        let checkpoint = self.folder.checkpoint(last.epoch, &last.after)?;
        self.folder.write("log.jsonl", log.text().as_bytes())?;
        self.folder.write("model.ckpt", &checkpoint)?;
        let (bytes, path) = (checkpoint.len(), self.folder.path().join("model.ckpt"));
        screen::print(&format!(
            "{} epochs, {bytes} bytes, sha256 {}: '{}'\nHand it in with component.wasm, which stays as it is: for \
             milestone 4 the whole folder as `training` beside it, for milestone 2 this file alone.\n",
            last.epoch,
            last.after,
            path.display()
        ))?;
        Ok(Exit::Passed)
    }

    /// Trains an epoch of the log again.
    fn replay(&self, epoch: u32) -> Result<Exit, Stopped> {
        let log = self.folder.log()?;
        let all = log.entries();
        let Some(entry) = all.iter().find(|entry| entry.epoch == epoch) else {
            let folder = self.folder.path().display();
            let count = all.len();
            let failure =
                Failure::usage(format!("the log in '{folder}' has {count} epochs, and no epoch {epoch}"));
            return Err(failure.into());
        };
        is_one(&self.folder, entry.origin.other(&self.origin))?;
        let trained = self.trained(epoch, self.folder.before(entry)?.as_deref())?;
        let unlike = entry.unlike(&trained);
        let verdict = match &unlike {
            None => format!("the same bytes, fuel and reports{}", self.restored(entry, &trained)?),
            Some(what) => format!("NOT what the log says, but {what}"),
        };
        screen::print(&format!("epoch {epoch} again: {verdict}\n"))?;
        Ok(if unlike.is_none() { Exit::Passed } else { Exit::Failed })
    }

    /// Writes the checkpoint of an epoch again where its file is broken, and says so.
    fn restored(&self, entry: &Entry, trained: &TrainedEpoch) -> Result<String, Failure> {
        let Some(broken) = self.folder.broken(entry)? else { return Ok(String::new()) };
        self.folder.restore(entry.epoch, &trained.checkpoint)?;
        Ok(format!("; '{}' {broken}, and is written again", self.folder.file(entry.epoch).display()))
    }

    fn trained(&self, epoch: u32, before: Option<&[u8]>) -> Result<TrainedEpoch, Stopped> {
        let bar = progress::steps(1);
        bar.set_message(format!("epoch {epoch} of {}", self.epochs));
        let watch = || Some(watch(bar.clone()));
        let trained = self.settled(|| self.training.epoch(self.prepared, epoch, before, BUDGET, watch()));
        bar.finish_and_clear();
        Ok(trained??)
    }

    /// Once more where a worker died of it.
    fn settled<T>(&self, work: impl FnMut() -> Result<T, HostError>) -> Result<T, Failure> {
        self.prepared.settled(work).map_err(|error| match error.cause::<Quarantined>() {
            Some(quarantined) => Failure::quarantined("the process that trains died, twice")
                .because(quarantined.deaths.join("; "))
                .help("the same command goes on where it was"),
            None => error.into(),
        })
    }
}

fn watch(bar: ProgressBar) -> Watch {
    Arc::new(move |Learning { steps: [step, steps], .. }| {
        bar.set_length(steps);
        bar.set_position(step);
    })
}

/// A line for somebody who waits.
fn told(entry: &Entry, epochs: u32) -> String {
    let figures = entry.reported;
    let validation = figures
        .validation_accuracy
        .map_or(String::new(), |accuracy| format!(", validation {:.1} %", 100.0 * accuracy));
    format!(
        "epoch {} of {epochs}: loss {:.3}, training {:.1} %{validation}; {:.2e} fuel, {}",
        entry.epoch,
        figures.training_loss,
        100.0 * figures.training_accuracy,
        entry.fuel as f64,
        &entry.after[..12]
    )
}

/// A note where no grader would train an epoch again that takes so much.
fn too_long(fuel: u64) -> Option<String> {
    let most = RunLimits::default().fuel_per_fit;
    (fuel > most).then(|| {
        format!(
            "note: an epoch takes some {:.1e} fuel, more than the {:.1e} that milestone 4 gives to train it again unless the \
             course allows more (run.fuel_per_fit), and what is not proven does not count; a smaller network or a faster \
             framework takes less",
            fuel as f64, most as f64
        )
    })
}

/// What came instead of training.
fn ended(problem: &NotTrained) -> Result<Exit, Failure> {
    screen::print(&format!("the component does not train: {problem}\n"))?;
    Ok(Exit::Failed)
}
