//! Why a call has no answer.

use std::error::Error;
use std::fmt;

/// Why a call has no answer.
///
/// A fault is an answer that is graded and explained; a panic is a trap, after which the whole model is lost.
/// Return a fault wherever an input is not what the layer can work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The submission does not implement what was asked, for example a layer of a later milestone.
    Unsupported(String),
    /// A tensor has another shape than the layer needs.
    ShapeMismatch(String),
    /// Anything else about an argument: a probability above one, a token outside the table.
    InvalidArgument(String),
    /// The submission knows that it has failed.
    Internal(String),
}

impl Fault {
    /// What was asked is not implemented.
    pub fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported(what.into())
    }

    /// A tensor has another shape than was needed. Say both: `dense: 5 inputs wanted, 3 given`.
    pub fn shape_mismatch(what: impl Into<String>) -> Self {
        Self::ShapeMismatch(what.into())
    }

    /// An argument cannot be worked with, other than for its shape.
    pub fn invalid_argument(what: impl Into<String>) -> Self {
        Self::InvalidArgument(what.into())
    }

    /// The submission knows that it has failed.
    pub fn internal(what: impl Into<String>) -> Self {
        Self::Internal(what.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported(what) => write!(f, "unsupported: {what}"),
            Self::ShapeMismatch(what) => write!(f, "shape mismatch: {what}"),
            Self::InvalidArgument(what) => write!(f, "invalid argument: {what}"),
            Self::Internal(what) => write!(f, "internal: {what}"),
        }
    }
}

impl Error for Fault {}
