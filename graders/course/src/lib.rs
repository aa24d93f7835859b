//! A course's folder: its settings, its people, what they handed in and the log of what happened.
//!
//! ```text
//! course.toml    what the course has decided, for people to read and change
//! course.db      the log (SQLite): entries that are only ever appended, a signed checkpoint after every append
//! store/         everything that was handed in and every grade, each under the SHA-256 of its bytes
//! secret.key     what the cases of a grading are drawn from; nobody but the owner reads it
//! signing.key    what checkpoints are signed with, likewise
//! ```
//!
//! The log is the course: what is known of students and grades is a view of it ([`tito_gradebook::Gradebook`]), so that
//! nothing can be changed without an entry that says so. What a grade is, is left to `tito-gradebook`; running submissions
//! to `tito-milestones`.

mod course;
mod error;
mod handed_in;
mod keys;
mod log;
mod manifest;
mod receipt;
mod settings;
mod store;
mod verify;

pub use course::{Course, Locked, now};
pub use error::CourseError;
pub use handed_in::{HandedIn, Received};
pub use log::Log;
pub use manifest::{FileId, Manifest, Unreadable};
pub use receipt::Proved;
pub use settings::{DetailSeen, MilestoneChanges, MilestoneSettings, Settings, StudentsSee};
pub use store::Store;
pub use toml_edit::Value;
pub use verify::{Trouble, Verified};
