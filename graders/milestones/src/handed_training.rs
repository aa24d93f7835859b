//! What `tito train` left, as it is handed in: the plan, the log, and the checkpoints that the log names. Whether the log is
//! true is for the check that trains some of its epochs again.

use std::collections::BTreeMap;

use thiserror::Error;
use tito_artifact::Digest;
use tito_data::Description;

use crate::{Entry, LogError, OwnError, Plan, TrainingLog};

/// What `tito train` left: a plan, a log that can be followed, and every checkpoint that it names.
#[derive(Clone, Debug)]
pub struct HandedTraining {
    pub(crate) plan: Plan,
    data: &'static Description,
    log: TrainingLog,
    checkpoints: BTreeMap<String, Vec<u8>>,
}

/// The files of a training, as they were written.
#[derive(Clone, Debug, Default)]
pub struct TrainingFiles {
    /// `train.toml`.
    pub plan: String,
    /// `log.jsonl`.
    pub log: String,
    /// The checkpoints of all epochs, in any order.
    pub checkpoints: Vec<Vec<u8>>,
}

/// Why a training that was handed in is none.
#[derive(Debug, Error)]
pub enum HandedError {
    /// The plan.
    #[error("train.toml: {0}")]
    Plan(#[from] OwnError),
    /// The log.
    #[error("log.jsonl: {0}")]
    Log(#[from] LogError),
    /// A file is not there.
    #[error("{0} is not there")]
    NoFile(&'static str),
    /// It has not begun.
    #[error("log.jsonl: no epoch is in it")]
    Empty,
    /// It is longer than planned.
    #[error("log.jsonl: {found} epochs, and the plan has {planned}")]
    Longer {
        /// In the log.
        found: usize,
        /// In the plan.
        planned: u32,
    },
    /// It is of something else.
    #[error("log.jsonl: it is of another {0}")]
    Other(&'static str),
    /// A checkpoint that the log names is not there.
    #[error(
        "the checkpoint of epoch {epoch} is not there, or not the one that the log names; `tito train` as before makes it again"
    )]
    Absent {
        /// Counted from 1.
        epoch: u32,
    },
}

impl HandedTraining {
    /// Reads the files that were handed in with this component.
    ///
    /// # Errors
    ///
    /// If one of them cannot be read, or they do not belong together.
    pub fn read(component: Digest, files: TrainingFiles) -> Result<Self, HandedError> {
        let TrainingFiles { plan, log, checkpoints } = files;
        let empty =
            [("train.toml", &plan), ("log.jsonl", &log)].into_iter().find(|(_, text)| text.is_empty());
        if let Some((name, _)) = empty {
            return Err(HandedError::NoFile(name));
        }
        let text = plan.replace("\r\n", "\n");
        let (plan, data) = Plan::parse(&text)?;
        let log = TrainingLog::parse(&log)?;
        let by_digest = checkpoints.into_iter().map(|bytes| (Digest::of(&bytes).to_string(), bytes));
        let handed = Self { plan, data, log, checkpoints: by_digest.collect() };
        handed.checked(component, Digest::of(text.as_bytes()))
    }

    fn checked(self, component: Digest, plan: Digest) -> Result<Self, HandedError> {
        let (entries, planned) = (self.log.entries(), self.plan.epochs);
        let origin = &entries.first().ok_or(HandedError::Empty)?.origin;
        let is_of_data = origin.data.split(' ').next() == Some(self.data.name);
        match () {
            () if entries.len() > planned as usize => {
                Err(HandedError::Longer { found: entries.len(), planned })
            }
            () if origin.component != component.to_string() => Err(HandedError::Other("component")),
            () if origin.plan != plan.to_string() => Err(HandedError::Other("plan")),
            () if !is_of_data => Err(HandedError::Other("data set")),
            () => match entries.iter().find(|entry| !self.checkpoints.contains_key(&entry.after)) {
                Some(Entry { epoch, .. }) => Err(HandedError::Absent { epoch: *epoch }),
                None => Ok(self),
            },
        }
    }

    /// The data set that it was trained on.
    pub fn data(&self) -> &'static Description {
        self.data
    }

    /// The epochs, in order; at least one.
    pub(crate) fn entries(&self) -> &[Entry] {
        self.log.entries()
    }

    /// The checkpoint that an epoch left.
    pub(crate) fn after(&self, entry: &Entry) -> &[u8] {
        &self.checkpoints[&entry.after]
    }

    /// The checkpoint that an epoch went on from; none before the first.
    pub(crate) fn before(&self, entry: &Entry) -> Option<&[u8]> {
        entry.before.as_ref().map(|sha256| self.checkpoints[sha256].as_slice())
    }

    /// The checkpoint of the last epoch, which is graded.
    pub(crate) fn last(&self) -> &[u8] {
        self.after(self.entries().last().expect("a training that was read has an epoch"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Figures, LogVersion, Origin};

    const PLAN: &str = r#"data = "tinydigits"
        network = ["flatten", { dense = { inputs = 64, outputs = 10 } }]
        optimizer = { sgd = {} }
        learning-rate = 0.5
        epochs = 2
        batch-size = 32
        seed = 7
    "#;

    fn component() -> Digest {
        Digest::of(b"component")
    }

    /// A log of so many epochs, whose checkpoints are their numbers.
    fn log(epochs: u32, data: &str, component: Digest, plan: &str) -> String {
        let (mut log, mut before) = (TrainingLog::default(), None);
        for epoch in 1..=epochs {
            let after = Digest::of(&[epoch as u8]).to_string();
            let reported = Figures {
                training_loss: 1.0,
                training_accuracy: 0.5,
                validation_loss: None,
                validation_accuracy: None,
            };
            let origin = Origin {
                component: component.to_string(),
                plan: Digest::of(plan.as_bytes()).to_string(),
                data: data.into(),
                tool: "tito".into(),
            };
            let (version, previous) = (LogVersion::One, None);
            let entry = Entry {
                version,
                epoch,
                origin,
                before: before.replace(after.clone()),
                after,
                fuel: 7,
                reported,
                previous,
            };
            log.append(entry).unwrap();
        }
        log.text()
    }

    #[track_caller]
    fn check(log: &str, checkpoints: &[u8], wrong: &str) {
        let checkpoints = checkpoints.iter().map(|&byte| vec![byte]).collect();
        let files = TrainingFiles { plan: PLAN.into(), log: log.into(), checkpoints };
        match HandedTraining::read(component(), files) {
            Ok(handed) => {
                assert_eq!(wrong, "");
                let last = handed.entries().last().unwrap();
                assert_eq!((handed.last(), handed.before(last)), (&[2][..], Some(&[1][..])));
            }
            Err(error) => assert!(!wrong.is_empty() && error.to_string().contains(wrong), "{error}"),
        }
    }

    #[test]
    fn what_does_not_belong_together_is_named() {
        check(&log(2, "tinydigits", component(), PLAN), &[2, 9, 1], "");
        check(&log(2, "tinydigits", component(), PLAN), &[2], "checkpoint of epoch 1 is not there");
        check(&log(2, "tinydigits", component(), PLAN), &[1], "checkpoint of epoch 2 is not there");
        check(&log(3, "tinydigits", component(), PLAN), &[1, 2, 3], "3 epochs, and the plan has 2");
        check(&log(2, "mnist", component(), PLAN), &[1, 2], "another data set");
        check(&log(2, "tinydigits", Digest::of(b""), PLAN), &[1, 2], "another component");
        check(&log(2, "tinydigits", component(), "seed = 8"), &[1, 2], "another plan");
        check("", &[], "log.jsonl is not there");
        check("\n", &[], "line 1: EOF");
        check("{}", &[], "line 1: missing field");
    }
}
