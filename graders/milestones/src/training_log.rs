//! What became of every epoch of a training, each line chained to the one before it: which bytes went in, by what, and which
//! came out.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tito_artifact::Digest;
use tito_data::{Dataset, Provenance};
use tito_sandbox::{Epoch, WASMTIME_VERSION};

/// A training log: one line of JSON an epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingLog {
    lines: Vec<String>,
    entries: Vec<Entry>,
}

/// What is the same in all epochs of a training. Digests are SHA-256 in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The component that trains.
    pub component: String,
    /// The plan, as it was written.
    pub plan: String,
    /// The data: its name, and its digest where it is not the published one.
    pub data: String,
    /// The tool, whose fuel it is counted in.
    pub tool: String,
}

/// An epoch of a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Of the format.
    pub version: LogVersion,
    /// Which, counted from 1.
    pub epoch: u32,
    /// What is the same in all.
    #[serde(flatten)]
    pub origin: Origin,
    /// The checkpoint that it went on from; none before the first epoch.
    pub before: Option<String>,
    /// The checkpoint that it left.
    pub after: String,
    /// What it took.
    pub fuel: u64,
    /// The losses and accuracies that the component reported.
    pub reported: Figures,
    /// The line before this one.
    pub previous: Option<String>,
}

/// Of the log's format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogVersion {
    /// The first.
    #[default]
    #[serde(rename = "1")]
    One,
}

/// What a component reported of an epoch, in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Mean loss over the epoch.
    pub training_loss: f32,
    /// Share of hits over the epoch.
    pub training_accuracy: f32,
    /// Of the examples that were only looked at.
    pub validation_loss: Option<f32>,
    /// Likewise.
    pub validation_accuracy: Option<f32>,
}

impl From<Epoch> for Figures {
    fn from(epoch: Epoch) -> Self {
        let Epoch { training_loss, training_accuracy, validation_loss, validation_accuracy, .. } = epoch;
        Self { training_loss, training_accuracy, validation_loss, validation_accuracy }
    }
}

/// Why a training log cannot be believed.
#[derive(Debug, Error)]
#[error("line {line}: {problem}")]
pub struct LogError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl TrainingLog {
    /// Reads a log, and follows its chain: every line is written as it is here, names the digest of the line before it,
    /// and goes on from the checkpoint that that one left, by the same component, plan and data.
    ///
    /// # Errors
    ///
    /// The first line that is none or does not follow.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let mut log = Self::default();
        for (at, line) in text.lines().enumerate() {
            let wrong = |problem: String| LogError { line: at + 1, problem };
            let entry: Entry = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            if written(&entry) != line {
                return Err(wrong("it was written by somebody else".into()));
            }
            log.admit(&entry).map_err(wrong)?;
            log.lines.push(line.to_owned());
            log.entries.push(entry);
        }
        Ok(log)
    }

    fn admit(&self, entry: &Entry) -> Result<(), String> {
        let last = self.entries.last();
        match () {
            () if entry.epoch as usize != self.entries.len() + 1 => {
                Err(format!("epoch {} is not the next one", entry.epoch))
            }
            () if entry.previous != self.last_line() => Err("the line before it was changed".into()),
            () if entry.before.as_ref() != last.map(|last| &last.after) => {
                Err("it does not go on from the checkpoint before it".into())
            }
            () => match last.and_then(|last| last.origin.other(&entry.origin)) {
                Some(what) => Err(format!("it has another {what}")),
                None => Ok(()),
            },
        }
    }

    fn last_line(&self) -> Option<String> {
        self.lines.last().map(|line| Digest::of(line.as_bytes()).to_string())
    }

    /// All of it.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// The epochs, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Appends an epoch, chained to the one before it.
    ///
    /// # Errors
    ///
    /// If it does not follow.
    pub fn append(&mut self, entry: Entry) -> Result<(), LogError> {
        let entry = Entry { previous: self.last_line(), ..entry };
        self.admit(&entry).map_err(|problem| LogError { line: self.lines.len() + 1, problem })?;
        self.lines.push(written(&entry));
        self.entries.push(entry);
        Ok(())
    }
}

/// What a log calls this program, by which its fuel is counted.
pub fn tool() -> String {
    format!("tito {}, wasmtime {WASMTIME_VERSION}", env!("CARGO_PKG_VERSION"))
}

fn written(entry: &Entry) -> String {
    serde_json::to_string(entry).expect("an entry can be written")
}

impl Origin {
    /// That of an epoch which is trained by this program.
    pub fn new(component: Digest, plan: &str, data: &Dataset) -> Self {
        Self {
            component: component.to_string(),
            plan: Digest::of(plan.as_bytes()).to_string(),
            data: Self::data_of(data),
            tool: tool(),
        }
    }

    /// What a log calls these data.
    pub fn data_of(data: &Dataset) -> String {
        let name = data.description().name;
        match data.provenance() {
            Provenance::Published => name.to_owned(),
            Provenance::Imported { sha256 } => format!("{name} {sha256}"),
        }
    }

    /// What is other than in this one.
    pub fn other(&self, origin: &Self) -> Option<&'static str> {
        let figures = [
            ("component", &self.component, &origin.component),
            ("plan", &self.plan, &origin.plan),
            ("data set", &self.data, &origin.data),
            ("tito", &self.tool, &origin.tool),
        ];
        figures.into_iter().find(|(_, own, other)| own != other).map(|(what, ..)| what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(epoch: u32, before: Option<&str>, after: &str) -> Entry {
        let reported = Figures {
            training_loss: 0.1,
            training_accuracy: 1.0,
            validation_loss: None,
            validation_accuracy: None,
        };
        let origin = Origin {
            component: "c".into(),
            plan: "p".into(),
            data: "tinydigits".into(),
            tool: "tito".into(),
        };
        let (before, after, version) = (before.map(str::to_owned), after.into(), LogVersion::One);
        Entry { version, epoch, origin, before, after, fuel: 7, reported, previous: None }
    }

    fn log() -> String {
        let mut log = TrainingLog::default();
        let entries = [entry(1, None, "a"), entry(2, Some("a"), "b"), entry(3, Some("b"), "c")];
        entries.into_iter().for_each(|entry| log.append(entry).unwrap());
        log.text()
    }

    #[track_caller]
    fn check(from: &str, to: &str, wrong: &str) {
        let text = log();
        assert!(text.contains(from), "{text}");
        let error = TrainingLog::parse(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(wrong), "{error}");
    }

    #[test]
    fn a_chain_is_followed_and_its_first_broken_link_is_named() {
        assert_eq!(TrainingLog::parse(&log()).unwrap().entries().len(), 3);
        assert_eq!(TrainingLog::parse("").unwrap(), TrainingLog::default());
        check("\"fuel\":7", "\"fuel\":8", "line 2: the line before it was changed");
        check("\"epoch\":1", "\"epoch\":2", "line 1: epoch 2 is not the next one");
        check("\"before\":\"a\"", "\"before\":\"z\"", "line 2: it does not go on from the checkpoint");
        check("\"after\":\"a\"", "\"after\":\"z\"", "line 2: the line before it was changed");
        check("\"fuel\"", "\"fool\"", "line 1: missing field `fuel`");
        check("{", "{ ", "line 1: it was written by somebody else");
        check("\"version\":\"1\"", "\"version\":\"2\"", "line 1: unknown variant `2`");
        check("0.1", "null", "line 1: invalid type: null");
        let last = log().lines().last().unwrap().to_owned();
        check(
            &last,
            &last.replace("\"component\":\"c\"", "\"component\":\"d\""),
            "line 3: it has another component",
        );
        let middle = log().lines().nth(1).unwrap().to_owned() + "\n";
        check(&middle, "", "line 2: epoch 3 is not the next one");
    }

    #[test]
    fn what_does_not_follow_is_not_appended() {
        let mut log = TrainingLog::parse(&log()).unwrap();
        assert!(log.append(entry(4, Some("b"), "d")).is_err());
        assert!(log.append(entry(5, Some("c"), "d")).is_err());
        assert!(log.append(entry(4, Some("c"), "d")).is_ok());
    }
}
