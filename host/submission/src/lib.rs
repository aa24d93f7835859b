//! What a student hands in, read from an archive in memory and never from the disk.
//!
//! [`read`] takes the bytes of a component, a `.zip`, a `.tar` or a `.tar.gz`, told apart by what they begin with,
//! and makes of them a map from safe relative paths to bytes. It is a pure function: no file, no clock, no
//! environment, no unsafe code. It holds at most four times [`SubmissionLimits::unpacked_bytes`] beside the archive (a tar.gz is unpacked whole before
//! its files are taken out, and a buffer that grows is there twice); `tests/fuzz` measures that.
//!
//! An archive that two programs could read differently is refused rather than interpreted: who graded it and who
//! looked at it must have seen the same files. Whether the component may be compiled is `tito-artifact`'s business,
//! where files are kept is the course's.

mod archive;
mod folder;
mod limits;
mod manifest;
mod path;
mod refused;
mod submission;

pub use limits::SubmissionLimits;
pub use manifest::Manifest;
pub use refused::{Refused, Rule};
pub use submission::{KNOWN, Submission, of_files, read, read_class};
