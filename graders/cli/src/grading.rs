//! The stages from bytes to a grade, one after the other, each with the time that it took.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;
use tito_artifact::{Artifact, Digest, Gated, Limits, Refusal};
use tito_data::{Dataset, Split, Store};
use tito_grade::{ComponentId, Grade};
use tito_judge::Seed;
use tito_milestones::{
    Brings, Compared, Context, HandedTraining, Learning, Milestone, NO_VISION, Networks, Own, Profiled,
    Speed, Watch, Written, Yardsticks,
};
use tito_report::Quarantine;
use tito_sandbox::{HostError, Launch, Metering, Outcome};
use tito_worker::{Cache, Isolation, Prepared, Quarantined};

use crate::{
    dataset::Material, failure::Failure, isolation, progress, remembered::Remembered, submission::Submission,
    workers,
};

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
    /// Where results of checks that took long are kept.
    pub(crate) remembered: Option<Cache>,
    /// How many threads; one a core if not given.
    pub(crate) jobs: Option<usize>,
    /// Whether nothing else is graded meanwhile, so that its progress is worth a line.
    pub(crate) is_alone: bool,
}

/// What speed is measured with: the yardsticks, and the submission on engines that count no fuel.
struct Compiled {
    yardsticks: Yardsticks,
    timed: Outcome<Prepared>,
    traced: Outcome<Prepared>,
}

impl Compiled {
    fn speed(&self) -> Speed<'_> {
        Speed { yardsticks: &self.yardsticks, timed: &self.timed, traced: &self.traced }
    }
}

/// What belongs to a component.
struct Brought<'a> {
    own: &'a Own,
    written: Option<&'a Written>,
    remembered: Option<Remembered>,
    /// The component that was graded for the vision milestones, as the gate finds it.
    vision: Option<Gated>,
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

    fn stages(&self, mut submission: Submission, times: &mut Times) -> Result<Graded, Failure> {
        let remembered = self.remembered(&submission);
        let own = self.own(&mut submission)?;
        let artifact = match times.stage("gate", || Artifact::gate(submission.bytes, self.limits)) {
            Gated::Refused(refusal) => return Ok(Graded::Refused(refusal)),
            Gated::Admitted(artifact) => artifact,
        };
        let vision = submission.vision.take().map(|bytes| Artifact::gate(bytes, self.limits));
        let brought = Brought { own: &own, written: submission.written.as_ref(), remembered, vision };
        match self.run(&artifact, &brought, times) {
            Ok(grade) => Ok(Graded::Grade(Box::new(grade))),
            Err(error) => quarantined(&artifact, error),
        }
    }

    /// What it brings besides its component.
    fn own(&self, submission: &mut Submission) -> Result<Own, Failure> {
        match self.milestone.brings {
            Brings::TrainedNetworks => self.networks(submission, true),
            // Milestone 3 has the submission train its network itself.
            Brings::Networks => self.networks(submission, false),
            Brings::Training => self.training(submission),
            Brings::Nothing => Ok(Own::default()),
        }
    }

    fn networks(&self, submission: &mut Submission, are_loaded: bool) -> Result<Own, Failure> {
        let checkpoint = submission.checkpoint.take();
        let Some(text) = submission.networks.take() else { return Ok(Own { checkpoint, ..Own::default() }) };
        let networks = Networks::parse(&text, self.data.images.form(), are_loaded)
            .map_err(|error| Failure::usage("cannot use the networks in 'model.toml'").because(error))?;
        let training = are_loaded.then(|| self.trained_on()).transpose()?;
        Ok(Own { networks, checkpoint, training, ..Own::default() })
    }

    /// A training that cannot be read is the submission's doing, and the report says why.
    fn training(&self, submission: &mut Submission) -> Result<Own, Failure> {
        let files = submission.training.take();
        let component = Digest::of(&submission.bytes);
        let handed =
            files.map(|files| HandedTraining::read(component, files).map_err(|error| error.to_string()));
        let is_of_data =
            matches!(&handed, Some(Ok(handed)) if handed.data().name == self.data.images.description().name);
        let training = is_of_data.then(|| self.trained_on()).transpose()?;
        Ok(Own { training, handed, claims: submission.claims.take(), ..Own::default() })
    }

    fn seed(&self, component: Digest) -> Seed {
        let number = self.milestone.rubric.number;
        self.secret.map_or_else(Seed::public, |key| Seed::secret(key, number, component))
    }

    fn remembered(&self, submission: &Submission) -> Option<Remembered> {
        let cache = self.remembered.clone()?;
        let seed = self.seed(Digest::of(&submission.bytes)).used();
        Some(Remembered::of(cache, submission, &seed, self.data, &self.limits.run))
    }

    fn trained_on(&self) -> Result<Dataset, Failure> {
        Ok(self.store.load(self.data.images.description(), Split::Train)?)
    }

    fn run(&self, artifact: &Artifact, brought: &Brought<'_>, times: &mut Times) -> Result<Grade, HostError> {
        let prepared =
            times.stage("compile or load", || self.isolation.compile(artifact, Metering::Metered))?;
        isolation::say_trouble(self.isolation);
        let speed = self.milestone.measures_speed();
        let speed = speed.then(|| times.stage("yardsticks", || self.speed(artifact))).transpose()?;
        let sides = self.sides(artifact, brought.vision.as_ref())?;
        let mut checks =
            || self.checks(artifact, &prepared, brought, (speed.as_ref(), sides.compared(artifact)), times);
        let mut timed = || match &speed {
            Some(Compiled { timed, traced, .. }) => settled(timed, &mut || settled(traced, &mut checks)),
            None => checks(),
        };
        sides.settled(&mut || settled(&prepared, &mut timed))
    }

    fn speed(&self, artifact: &Artifact) -> Result<Compiled, HostError> {
        let compile = |artifact: &Artifact, metering| self.isolation.compile(artifact, metering);
        Ok(Compiled {
            yardsticks: Yardsticks::compiled(compile)?,
            timed: compile(artifact, Metering::Timed)?,
            traced: compile(artifact, Metering::Traced)?,
        })
    }

    /// What milestone 5 compares, where a rubric asks for that.
    fn sides<'v>(&self, artifact: &Artifact, vision: Option<&'v Gated>) -> Result<Sides<'v>, HostError> {
        let profiled = |artifact: &Artifact| self.isolation.compile(artifact, Metering::Profiled);
        match vision {
            Some(Gated::Admitted(vision)) if self.milestone.compares() => Ok(Sides::Both {
                vision,
                of_vision: Box::new(profiled(vision)?),
                of_language: Box::new(profiled(artifact)?),
            }),
            Some(Gated::Refused(refusal)) => Ok(Sides::One(format!("the vision component was {refusal}"))),
            _ => Ok(Sides::One(NO_VISION.into())),
        }
    }

    fn checks(
        &self,
        artifact: &Artifact,
        launch: &dyn Launch,
        Brought { own, written, remembered, .. }: &Brought<'_>,
        (speed, compared): (Option<&Compiled>, Result<Compared<'_>, String>),
        times: &mut Times,
    ) -> Result<Grade, HostError> {
        let seed = self.seed(artifact.digest());
        let Material { images, text } = self.data;
        let mut context = Context::new(launch, &seed, images, *written).within(&self.limits.run).with(own);
        context = context.comparing(compared);
        if let Some(text) = text {
            context = context.reading(text);
        }
        if let Some(remembered) = remembered {
            context = context.remembering(remembered);
        }
        let context = match speed {
            Some(compiled) => context.beside(compiled.speed()),
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

/// The components that milestone 5 compares, compiled to count what functions use.
enum Sides<'a> {
    Both {
        vision: &'a Artifact,
        of_vision: Box<Outcome<Prepared>>,
        of_language: Box<Outcome<Prepared>>,
    },
    /// Why there is nothing to compare.
    One(String),
}

impl Sides<'_> {
    fn compared<'a>(&'a self, artifact: &'a Artifact) -> Result<Compared<'a>, String> {
        match self {
            Self::One(why) => Err(why.clone()),
            Self::Both { vision, of_vision, of_language } => Ok(Compared {
                vision: Profiled { artifact: vision, launch: of_vision.as_ref() },
                language: Profiled { artifact, launch: of_language.as_ref() },
            }),
        }
    }

    /// Does `work` again if a worker of either died of it.
    fn settled<T>(&self, work: &mut dyn FnMut() -> Result<T, HostError>) -> Result<T, HostError> {
        match self {
            Self::One(_) => work(),
            Self::Both { of_vision, of_language, .. } => {
                settled(of_vision, &mut || settled(of_language, work))
            }
        }
    }
}

/// Does `work` again if a worker died of it.
fn settled<T>(
    prepared: &Outcome<Prepared>,
    work: &mut dyn FnMut() -> Result<T, HostError>,
) -> Result<T, HostError> {
    match prepared {
        Outcome::Answer(prepared) => prepared.settled(work),
        _ => work(),
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
