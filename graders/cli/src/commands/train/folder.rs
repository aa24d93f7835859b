//! The folder of a training: the log, a checkpoint for every epoch, and the plan.

use std::{
    fmt::{self, Display, Formatter},
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use tito_artifact::Digest;
use tito_milestones::{Entry, TrainingLog};

use crate::{
    failure::Failure,
    files::write_whole,
    input, screen,
    submission::{CHECKPOINT_BYTES, LOG_BYTES, epoch_file},
};

/// The folder of a training, which nobody else writes to meanwhile.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

/// Why a file is not the checkpoint of its epoch.
#[derive(Clone, Copy)]
pub(super) enum Broken {
    Missing,
    /// It, or the line of the log that names it.
    Changed,
}

impl Folder {
    /// The one at this path, made where it is not there.
    pub(super) fn make(path: &Path) -> Result<Self, Failure> {
        if path.exists() && !path.is_dir() {
            let failure = Failure::usage(format!("cannot train into '{}': it is no folder", path.display()));
            return Err(failure.help("name a folder with --out; one that is not there is made"));
        }
        fs::create_dir_all(path).map_err(|error| Failure::io("use the folder", path, error))?;
        Self::open(path)
    }

    /// The one at this path, in which a training has begun.
    pub(super) fn begun(path: &Path) -> Result<Self, Failure> {
        if path.join("log.jsonl").is_file() {
            return Self::open(path);
        }
        let failure = Failure::usage(format!("there is no training in '{}' to replay", path.display()));
        Err(failure
            .help("name the folder of one with --out, or begin one: the same command without --replay"))
    }

    fn open(path: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::io("use the folder", path, error);
        let mut options = File::options();
        let lock =
            options.write(true).create(true).truncate(false).open(path.join(".lock")).map_err(failed)?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let failure = Failure::usage(format!("another tito trains in '{}'", path.display()));
                Err(failure.help("wait for it, or name another folder with --out"))
            }
            // A file system without locks goes without.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { path: path.to_owned(), _lock: lock }),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The log. Where there is none, nothing else may be there either: it might be overwritten.
    pub(super) fn log(&self) -> Result<TrainingLog, Failure> {
        let path = self.path.join("log.jsonl");
        let is_there = path.symlink_metadata().map(|_| true).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(false),
            _ => Err(Failure::io("read", &path, error)),
        });
        if !is_there? {
            return self.empty();
        }
        let text = input::read("training log", &path, LOG_BYTES)?;
        let parsed = TrainingLog::parse_whole_lines(&String::from_utf8_lossy(&text));
        let (log, breaks_off) = parsed.map_err(|error| {
            let failure = Failure::failed(format!("cannot follow the training log '{}'", path.display()));
            let help = self.without(error.line);
            failure.because(error).help(help)
        })?;
        if breaks_off {
            let line = log.entries().len() + 1;
            screen::say(&format!("note: line {line} of '{}' breaks off, and is left out", path.display()));
        }
        Ok(log)
    }

    /// The way out of a line of the log that cannot be believed.
    pub(super) fn without(&self, line: usize) -> String {
        format!(
            "delete line {line} of '{}' and those after it, and the same command without --replay trains these epochs again; \
             or begin anew in another folder with --out",
            self.path.join("log.jsonl").display()
        )
    }

    fn empty(&self) -> Result<TrainingLog, Failure> {
        let old = [epoch_file(1), "model.ckpt".into()].into_iter().find(|name| self.path.join(name).exists());
        match old {
            None => Ok(TrainingLog::default()),
            Some(old) => {
                let failure =
                    Failure::usage(format!("there is a {old} in '{}', and no log", self.path.display()));
                Err(failure.help("it is not overwritten: name another folder with --out"))
            }
        }
    }

    /// The checkpoint that an epoch went on from, if it is the one that the log names.
    pub(super) fn before(&self, entry: &Entry) -> Result<Option<Vec<u8>>, Failure> {
        entry.before.as_deref().map(|sha256| self.checkpoint(entry.epoch - 1, sha256)).transpose()
    }

    /// The checkpoint of an epoch, if it is the one that the log names.
    pub(super) fn checkpoint(&self, epoch: u32, sha256: &str) -> Result<Vec<u8>, Failure> {
        self.read(epoch, sha256)?.map_err(|broken| {
            let failure = Failure::failed(format!("'{}' {broken}", self.file(epoch).display()));
            failure
                .help(format!("the same command without --replay, or with --replay {epoch}, makes it again"))
        })
    }

    /// What is wrong with the checkpoint of an epoch, if anything is.
    pub(super) fn broken(&self, entry: &Entry) -> Result<Option<Broken>, Failure> {
        Ok(self.read(entry.epoch, &entry.after)?.err())
    }

    /// Where the checkpoint of an epoch is.
    pub(super) fn file(&self, epoch: u32) -> PathBuf {
        self.path.join(epoch_file(epoch))
    }

    fn read(&self, epoch: u32, sha256: &str) -> Result<Result<Vec<u8>, Broken>, Failure> {
        let path = self.file(epoch);
        match path.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Err(Broken::Missing)),
            Ok(found) if found.len() > CHECKPOINT_BYTES => return Ok(Err(Broken::Changed)),
            _ => {}
        }
        let bytes = input::read("checkpoint", &path, CHECKPOINT_BYTES)?;
        let is_it = Digest::of(&bytes).to_string() == sha256;
        Ok(if is_it { Ok(bytes) } else { Err(Broken::Changed) })
    }

    /// Keeps an epoch: its checkpoint, then the log that names it.
    pub(super) fn keep(&self, epoch: u32, checkpoint: &[u8], log: &TrainingLog) -> Result<(), Failure> {
        self.restore(epoch, checkpoint)?;
        self.write("log.jsonl", log.text().as_bytes())
    }

    /// Keeps the checkpoint of an epoch that the log has already.
    pub(super) fn restore(&self, epoch: u32, checkpoint: &[u8]) -> Result<(), Failure> {
        self.write(&epoch_file(epoch), checkpoint)
    }

    /// Writes a file whole or not at all.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path.join(name);
        write_whole(&path, bytes).map_err(|error| Failure::io("write", &path, error))
    }
}

impl Display for Broken {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Missing => "is missing",
            Self::Changed => "is not the checkpoint that the log names",
        })
    }
}

/// That these two are of one training, or which is not: going on would make a log that nobody can follow.
pub(super) fn is_one(folder: &Folder, what: Option<&'static str>) -> Result<(), Failure> {
    let Some(what) = what else { return Ok(()) };
    let failure = Failure::usage(format!("the training in '{}' has another {what}", folder.path().display()));
    let help = match what {
        "plan" => "how long it is belongs to a plan, since the rate depends on it: begin anew with --out",
        "tito" => {
            "fuel is counted otherwise: use the tito of before, which the log names, or begin anew with --out"
        }
        _ => "use what it was begun with, or begin anew in another folder with --out",
    };
    Err(failure.help(help))
}
