//! What Gradescope exchanges with an autograder: the zip it builds one from, the submission's metadata, the results.
//!
//! The formats are those of gradescope-autograders.readthedocs.io (specs, `submission_metadata`).

mod autograder;
mod metadata;
mod results;
mod text;

pub use autograder::{ARGUMENTS, Autograder, AutograderError};
pub use metadata::{Assignment, MetadataError, Previous, SubmissionMetadata, User};
pub use results::{Format, Results, Test, TestStatus, Visibility};
