//! Why a network cannot be trained.

use thiserror::Error;
use tito_kernels::ShapeError;

/// Why a network cannot be trained.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TrainError {
    /// A layer that does not fit what comes before it, or data that do not fit the network.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A setting that makes no sense.
    #[error("cannot train with {0}")]
    Setting(String),
    /// Parameters that are not those of the layers.
    #[error("cannot load parameters: they are not of the shapes of {0}")]
    Parameters(String),
}
