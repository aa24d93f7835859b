//! The stages from bytes to a grade, one after the other, each with the time that it took.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;
use tito_artifact::{Artifact, Gated, Limits, Refusal};
use tito_data::{Split, Store};
use tito_grade::{ComponentId, Grade};
use tito_judge::Seed;
use tito_milestones::{Context, Learning, Milestone, Networks, Own, Watch};
use tito_report::Quarantine;
use tito_sandbox::{HostError, Launch, Metering, Outcome};
use tito_worker::{Isolation, Quarantined};

use crate::{dataset::Material, failure::Failure, isolation, progress, submission::Submission, workers};

/// How submissions are graded.
pub(crate) struct Grading<'a> {
    /// By which rubric and checks.
    pub(crate) milestone: &'a Milestone,
    /// Within which limits.
    pub(crate) limits: &'a Limits,
    /// On which data.
    pub(crate) data: &'a Material,
    /// Where the rest of the data is, on which networks of a submission's own are trained.
    pub(crate) store: &'a Store,
    /// The course's secret; without one the cases are those that every student has.
    pub(crate) secret: Option<&'a [u8]>,
    /// Where they are compiled and run.
    pub(crate) isolation: &'a Isolation,
    /// How many threads; one a core if not given.
    pub(crate) jobs: Option<usize>,
    /// Whether nothing else is graded meanwhile, so that its progress is worth a line.
    pub(crate) is_alone: bool,
}

/// What came of it.
pub(crate) enum Graded {
    /// It was run.
    Grade(Box<Grade>),
    /// It was not even compiled.
    Refused(Refusal),
    /// Whatever compiled or ran it died.
    Quarantined(Quarantine),
}

/// What came of it, and where the time went.
pub(crate) struct Run {
    /// What came of it.
    pub(crate) graded: Graded,
    /// The stages in order.
    pub(crate) times: Times,
    /// How many threads there were.
    pub(crate) threads: usize,
}

/// Stages in order, with the time that each took.
#[derive(Default)]
pub(crate) struct Times(pub(crate) Vec<(String, Duration)>);

impl Times {
    /// Does a stage and notes its time.
    pub(crate) fn stage<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        self.0.push((name.into(), start.elapsed()));
        done
    }
}

impl Grading<'_> {
    /// Grades a submission, with a line of progress on standard error.
    pub(crate) fn grade(&self, submission: Submission) -> Result<Run, Failure> {
        workers::on(self.jobs, || {
            let mut times = Times::default();
            let graded = self.stages(submission, &mut times)?;
            Ok(Run { graded, times, threads: rayon::current_num_threads() })
        })
    }

    fn stages(&self, submission: Submission, times: &mut Times) -> Result<Graded, Failure> {
        let own = self.own(submission.networks.as_deref(), submission.checkpoint)?;
        let artifact = match times.stage("gate", || Artifact::gate(submission.bytes, self.limits)) {
            Gated::Refused(refusal) => return Ok(Graded::Refused(refusal)),
            Gated::Admitted(artifact) => artifact,
        };
        match self.run(&artifact, submission.source.as_deref(), &own, times) {
            Ok(grade) => Ok(Graded::Grade(Box::new(grade))),
            Err(error) => quarantined(&artifact, error),
        }
    }

    /// What it brings besides its component.
    fn own(&self, networks: Option<&str>, checkpoint: Option<Vec<u8>>) -> Result<Own, Failure> {
        let Some(text) = networks else { return Ok(Own { checkpoint, ..Own::default() }) };
        let images = &self.data.images;
        // Milestone 3 has the submission train its network itself.
        let are_loaded = self.milestone.split == Split::Test;
        let networks = Networks::parse(text, images.form(), are_loaded)
            .map_err(|error| Failure::usage("cannot use the networks in 'model.toml'").because(error))?;
        let training = are_loaded.then(|| self.store.load(images.description(), Split::Train)).transpose()?;
        Ok(Own { networks, checkpoint, training })
    }

    fn run(
        &self,
        artifact: &Artifact,
        source: Option<&Path>,
        own: &Own,
        times: &mut Times,
    ) -> Result<Grade, HostError> {
        let prepared =
            times.stage("compile or load", || self.isolation.compile(artifact, Metering::Metered))?;
        isolation::say_trouble(self.isolation);
        let mut checks = || self.checks(artifact, &prepared, source, own, times);
        match &prepared {
            Outcome::Answer(prepared) => prepared.settled(checks),
            _ => checks(),
        }
    }

    fn checks(
        &self,
        artifact: &Artifact,
        launch: &dyn Launch,
        source: Option<&Path>,
        own: &Own,
        times: &mut Times,
    ) -> Result<Grade, HostError> {
        let number = self.milestone.rubric.number;
        let seed = self.secret.map_or_else(Seed::public, |key| Seed::secret(key, number, artifact.digest()));
        let Material { images, text } = self.data;
        let context = Context::new(launch, &seed, images, source).within(&self.limits.run).with(own);
        let context = match text {
            Some(text) => context.reading(text),
            None => context,
        };
        let names: Vec<_> = self.milestone.rubric.checks().map(|(_, rule)| rule.name.clone()).collect();
        let bar = if self.is_alone { progress::steps(names.len() as u64) } else { progress::none() };
        let context = context.watched(watch(bar.clone()));
        let mut waiting = names.into_iter();
        bar.set_message(waiting.next().unwrap_or_default());
        let grade = tito_milestones::grade(self.milestone, artifact, &context, &mut |check, time| {
            times.0.push((check.name.clone(), time));
            bar.set_message(waiting.next().unwrap_or_default());
            bar.inc(1);
        });
        bar.finish_and_clear();
        grade
    }
}

/// Tells how far a run of training is, behind the name of its check.
fn watch(bar: ProgressBar) -> Watch {
    Arc::new(move |Learning { steps: [step, steps], reported, spent }| {
        let message = bar.message();
        let check = message.split(':').next().unwrap_or_default().to_owned();
        let told = reported.map_or(String::new(), |epoch| {
            format!(
                "; epoch {}: loss {:.3}, accuracy {:.3}",
                epoch.number, epoch.training_loss, epoch.training_accuracy
            )
        });
        bar.set_message(format!(
            "{check}: step {step} of {steps}{told}; {:.0} % of the budget",
            100.0 * spent
        ));
    })
}

/// What comes of a failure of ours, if it is that whatever runs the submission dies.
fn quarantined(artifact: &Artifact, error: HostError) -> Result<Graded, Failure> {
    match error.cause::<Quarantined>() {
        Some(quarantined) => {
            let sha256 = artifact.digest().to_string();
            let component = ComponentId { sha256, bytes: artifact.bytes().len() as u64 };
            Ok(Graded::Quarantined(Quarantine { component, deaths: quarantined.deaths.clone() }))
        }
        None => Err(error.into()),
    }
}
