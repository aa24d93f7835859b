//! Why tensors do not fit an operation.

use thiserror::Error;
use tito_tensor::Shape;

/// Why tensors do not fit an operation.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShapeError {
    /// The operation works along an axis, and a scalar has none.
    #[error("cannot apply {0} to a scalar: give a tensor of at least one axis")]
    Scalar(&'static str),
    /// A dense weight that is not a matrix of as many rows as the input has features.
    #[error(
        "cannot apply dense: input {input} and weight {weight} do not meet; give input [.., k] and weight [k, n]"
    )]
    Weight {
        /// The input's shape.
        input: Shape,
        /// The weight's shape.
        weight: Shape,
    },
    /// A dense bias that is not a vector with one element an output.
    #[error("cannot apply dense: bias {bias} does not fit weight {weight}; give weight [k, n] and bias [n]")]
    Bias {
        /// The bias's shape.
        bias: Shape,
        /// The weight's shape.
        weight: Shape,
    },
    /// The result would have an extent, or a number of elements, that cannot be counted.
    #[error("cannot apply {operation} to {input}: the result has more elements than can be counted")]
    Uncountable {
        /// Which operation.
        operation: &'static str,
        /// The input's shape.
        input: Shape,
    },
}
