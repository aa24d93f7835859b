//! The folder of a training: the log, a checkpoint for every epoch, and the plan.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use tito_artifact::Digest;
use tito_milestones::{Entry, TrainingLog};

use crate::{
    failure::Failure,
    files::write_whole,
    input,
    submission::{CHECKPOINT_BYTES, LOG_BYTES, epoch_file},
};

/// The folder of a training, which nobody else writes to meanwhile.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// The one at this path, made where it is not there.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::io("use the folder", path, error);
        fs::create_dir_all(path).map_err(failed)?;
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
        TrainingLog::parse(&String::from_utf8_lossy(&text)).map_err(|error| {
            let failure = Failure::failed(format!("cannot follow the training log '{}'", path.display()));
            let help = "it was changed: delete that line and those after it, which costs their epochs, or begin anew in \
                        another folder with --out";
            failure.because(error).help(help)
        })
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
        let path = self.path.join(epoch_file(epoch));
        let help = format!("delete the log's lines from epoch {epoch} on, which costs those epochs");
        let bytes =
            input::read("checkpoint", &path, CHECKPOINT_BYTES).map_err(|failure| failure.help(&help))?;
        if Digest::of(&bytes).to_string() == sha256 {
            return Ok(bytes);
        }
        let wrong = format!("'{}' is not the checkpoint that the log names", path.display());
        Err(Failure::failed(wrong).help(help))
    }

    /// Keeps an epoch: its checkpoint, then the log that names it.
    pub(super) fn keep(&self, epoch: u32, checkpoint: &[u8], log: &TrainingLog) -> Result<(), Failure> {
        self.write(&epoch_file(epoch), checkpoint)?;
        self.write("log.jsonl", log.text().as_bytes())
    }

    /// Writes a file whole or not at all.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path.join(name);
        write_whole(&path, bytes).map_err(|error| Failure::io("write", &path, error))
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
