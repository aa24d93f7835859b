//! What became of every epoch of a training, each line chained to the one before it: which bytes went in, by what, and which
//! came out.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tito_artifact::Digest;
use tito_sandbox::Epoch;

/// A training log: one line of JSON an epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingLog {
    lines: Vec<String>,
    entries: Vec<Entry>,
}

/// An epoch of a training. Digests are SHA-256 in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Which, counted from 1.
    pub epoch: u32,
    /// The component that trained.
    pub component: String,
    /// The plan, as it was written.
    pub plan: String,
    /// The data: its name, and its digest where it is not the published one.
    pub data: String,
    /// The checkpoint that it went on from; none before the first epoch.
    pub before: Option<String>,
    /// The checkpoint that it left.
    pub after: String,
    /// What it took.
    pub fuel: u64,
    /// The losses and accuracies that the component reported.
    pub reported: Option<Figures>,
    /// The line before this one.
    pub previous: Option<String>,
}

/// What a component reported of an epoch, in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Reads a log, and follows its chain: every line names the digest of the line before it, and goes on from the
    /// checkpoint that that one left, by the same component, plan and data.
    ///
    /// # Errors
    ///
    /// The first line that is none or does not follow.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let mut log = Self::default();
        for (at, line) in text.lines().enumerate() {
            let wrong = |problem: String| LogError { line: at + 1, problem };
            let entry: Entry = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            log.admit(&entry).map_err(wrong)?;
            log.lines.push(line.to_owned());
            log.entries.push(entry);
        }
        Ok(log)
    }

    fn admit(&self, entry: &Entry) -> Result<(), String> {
        let last = self.entries.last();
        let same = |of: fn(&Entry) -> &String| last.is_none_or(|last| of(last) == of(entry));
        match () {
            () if entry.epoch as usize != self.entries.len() + 1 => {
                Err(format!("epoch {} is not the next one", entry.epoch))
            }
            () if entry.previous != self.last_line() => Err("the line before it was changed".into()),
            () if entry.before.as_ref() != last.map(|last| &last.after) => {
                Err("it does not go on from the checkpoint before it".into())
            }
            () if !same(|entry| &entry.component) => Err("another component trained".into()),
            () if !same(|entry| &entry.plan) => Err("the plan is another one".into()),
            () if !same(|entry| &entry.data) => Err("the data are others".into()),
            () => Ok(()),
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
        self.lines.push(serde_json::to_string(&entry).expect("an entry can be written"));
        self.entries.push(entry);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(epoch: u32, before: Option<&str>, after: &str) -> Entry {
        Entry {
            epoch,
            component: "c".into(),
            plan: "p".into(),
            data: "tinydigits".into(),
            before: before.map(str::to_owned),
            after: after.into(),
            fuel: 7,
            reported: None,
            previous: None,
        }
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
        check("\"fuel\"", "\"fool\"", "line 1: unknown field `fool`");
        let last = log().lines().last().unwrap().to_owned();
        check(&last, &last.replace("\"c\"", "\"d\""), "line 3: another component trained");
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
