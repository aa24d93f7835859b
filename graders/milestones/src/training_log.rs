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
    /// The first that cannot be believed, counted from 1: those before it are a log without it.
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
            log.admit(&entry)?;
            log.lines.push(line.to_owned());
            log.entries.push(entry);
        }
        Ok(log)
    }

    /// Reads a log as [`parse`](Self::parse) does, without a last line that breaks off, as one does whose writer was ended or
    /// whose copy was; whether there was one comes with it.
    ///
    /// # Errors
    ///
    /// The first other line that is none or does not follow.
    pub fn parse_whole_lines(text: &str) -> Result<(Self, bool), LogError> {
        let end = text.trim_end().rfind('\n').map_or(0, |newline| newline + 1);
        let (whole, last) = text.split_at(end);
        let breaks_off =
            serde_json::from_str::<Entry>(last).is_err_and(|error| error.is_eof()) && !last.trim().is_empty();
        Ok((Self::parse(if breaks_off { whole } else { text })?, breaks_off))
    }

    fn admit(&self, entry: &Entry) -> Result<(), LogError> {
        let (last, line) = (self.entries.last(), self.entries.len() + 1);
        let wrong = |problem: String| Err(LogError { line, problem });
        match () {
            () if entry.epoch as usize != line => wrong(format!("epoch {} is not the next one", entry.epoch)),
            () if entry.previous == self.last_line() => match last {
                Some(last) if entry.before.as_ref() != Some(&last.after) => {
                    wrong("it does not go on from the checkpoint before it".into())
                }
                None if entry.before.is_some() => {
                    wrong("it goes on from a checkpoint, and is the first".into())
                }
                last => match last.and_then(|last| last.origin.other(&entry.origin)) {
                    Some(what) => wrong(format!("it has another {what}")),
                    None => Ok(()),
                },
            },
            () if last.is_none() => wrong("it follows another line, and is the first".into()),
            // The later line may be the changed one as well, but it would go with this one anyway.
            () => Err(LogError {
                line: line - 1,
                problem: format!("it was changed: line {line} follows another"),
            }),
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
        self.admit(&entry)?;
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
        check("\"fuel\":7", "\"fuel\":8", "line 1: it was changed: line 2 follows another");
        check("\"epoch\":1", "\"epoch\":2", "line 1: epoch 2 is not the next one");
        check("\"before\":\"a\"", "\"before\":\"z\"", "line 2: it does not go on from the checkpoint");
        check(
            "\"before\":null",
            "\"before\":\"z\"",
            "line 1: it goes on from a checkpoint, and is the first",
        );
        check("\"previous\":null", "\"previous\":\"z\"", "line 1: it follows another line, and is the first");
        check("\"after\":\"a\"", "\"after\":\"z\"", "line 1: it was changed: line 2 follows another");
        let second = log().lines().nth(1).unwrap().to_owned();
        let fuel = second.replace("\"fuel\":7", "\"fuel\":8");
        check(&second, &fuel, "line 2: it was changed: line 3 follows another");
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
    fn the_lines_before_the_one_that_is_named_are_a_log() {
        for digit in log().match_indices(['7', 'a', 'b', 'c', '1']).map(|(at, _)| at) {
            let mut text = log();
            text.replace_range(digit..=digit, "0");
            let Err(error) = TrainingLog::parse(&text) else { continue };
            let kept: String = text.lines().take(error.line - 1).map(|line| format!("{line}\n")).collect();
            assert_eq!(TrainingLog::parse(&kept).unwrap().text(), kept, "{error}");
            assert!(log().starts_with(&kept), "{error}");
        }
    }

    #[test]
    fn a_last_line_that_breaks_off_is_left_out() {
        let (text, whole) = (log(), |text: &str| TrainingLog::parse_whole_lines(text).unwrap());
        let start = text.trim_end().rfind('\n').unwrap() + 1;
        for end in start + 1..text.len() - 1 {
            let (log, breaks_off) = whole(&text[..end]);
            assert_eq!((log.entries().len(), breaks_off), (2, true), "{}", &text[start..end]);
        }
        for end in [start, text.len() - 1, text.len()] {
            let (log, breaks_off) = whole(&text[..end]);
            assert_eq!((log.text().trim_end(), breaks_off), (text[..end].trim_end(), false));
        }
        assert_eq!(whole("{\"vers"), (TrainingLog::default(), true));
        assert!(TrainingLog::parse_whole_lines(&text.replace('}', "")).is_err());
    }

    #[test]
    fn what_does_not_follow_is_not_appended() {
        let mut log = TrainingLog::parse(&log()).unwrap();
        assert!(log.append(entry(4, Some("b"), "d")).is_err());
        assert!(log.append(entry(5, Some("c"), "d")).is_err());
        assert!(log.append(entry(4, Some("c"), "d")).is_ok());
    }
}
