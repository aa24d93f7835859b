//! Our own failure, never the submission's.

use std::error::Error;

use thiserror::Error as ThisError;

/// Our own failure: shown as an infrastructure error and never graded as a zero.
#[derive(Debug, ThisError)]
#[error("{doing}")]
pub struct HostError {
    doing: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl HostError {
    /// Something of ours failed while doing this, for example `cannot write the compile cache '/x'`.
    pub fn new(doing: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { doing: doing.into(), source: Some(source.into()) }
    }

    /// What failed, if it is of this kind.
    pub fn cause<E: Error + 'static>(&self) -> Option<&E> {
        self.source.as_ref()?.downcast_ref()
    }
}
