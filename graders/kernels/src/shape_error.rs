//! Why tensors do not fit an operation.

use thiserror::Error;
use tito_tensor::Shape;

use crate::Window;

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
    /// Images that are not `[n, channels, height, width]`.
    #[error("cannot apply {operation} to {input}: give images [n, channels, height, width]")]
    Images {
        /// Which operation.
        operation: &'static str,
        /// The input's shape.
        input: Shape,
    },
    /// A window that has no place on the images, no extent, or does not move.
    #[error(
        "cannot apply {operation} to {input}: a kernel of {:?} with stride {:?} has no place in it with padding {:?}",
        window.kernel, window.stride, window.padding
    )]
    Window {
        /// Which operation.
        operation: &'static str,
        /// The input's shape.
        input: Shape,
        /// The window.
        window: Window,
    },
    /// A convolution's weight that does not meet the images.
    #[error(
        "cannot apply conv2d: input {input} and weight {weight} do not meet; give input [n, c, h, w] and weight \
         [outputs, c, kernel height, kernel width]"
    )]
    Kernel {
        /// The input's shape.
        input: Shape,
        /// The weight's shape.
        weight: Shape,
    },
    /// A vector that has not one element a channel.
    #[error("cannot apply {operation}: {name} {found} has not one element for each of {channels} channels")]
    Channels {
        /// Which operation.
        operation: &'static str,
        /// Which vector.
        name: &'static str,
        /// Its shape.
        found: Shape,
        /// How many there are.
        channels: usize,
    },
    /// A vector that has not one element a feature.
    #[error("cannot apply {operation}: {name} {found} has not one element for each of {features} features")]
    Features {
        /// Which operation.
        operation: &'static str,
        /// Which vector.
        name: &'static str,
        /// Its shape.
        found: Shape,
        /// How many there are.
        features: usize,
    },
    /// Two tensors that must have one shape and have two.
    #[error("cannot apply {operation}: {left} and {right} are not the same shape")]
    Unlike {
        /// Which operation.
        operation: &'static str,
        /// The one shape.
        left: Shape,
        /// The other.
        right: Shape,
    },
    /// Parameters and gradients that are not as many.
    #[error("cannot apply {operation}: {parameters} parameters and {gradients} gradients")]
    Count {
        /// Which operation.
        operation: &'static str,
        /// How many parameters there are.
        parameters: usize,
        /// How many gradients.
        gradients: usize,
    },
    /// Class indices that are not one for every row of logits.
    #[error(
        "cannot apply cross-entropy: {targets} targets for logits {logits}; give logits [.., classes] and one class a row"
    )]
    Targets {
        /// The logits' shape.
        logits: Shape,
        /// How many there are.
        targets: usize,
    },
    /// A class that the logits do not have.
    #[error("cannot apply cross-entropy: there is no class {class} in logits {logits}")]
    Class {
        /// The logits' shape.
        logits: Shape,
        /// The class.
        class: u32,
    },
    /// Sequences that are not `[n, t, width]`.
    #[error("cannot apply {operation} to {input}: give sequences [n, t, width]")]
    Sequences {
        /// Which operation.
        operation: &'static str,
        /// The input's shape.
        input: Shape,
    },
    /// Tokens that are not `[n, t]`.
    #[error("cannot apply token-embedding to {0}: give tokens [n, t]")]
    Tokens(Shape),
    /// A number that is not whole, or names no row of the table.
    #[error("cannot apply token-embedding: element {at} is {token}, which is no row of table {table}")]
    Token {
        /// The number.
        token: String,
        /// Its row-major offset.
        at: usize,
        /// The table's shape.
        table: Shape,
    },
    /// A table that is no matrix.
    #[error("cannot apply {operation}: table {table} is not [entries, width]")]
    Table {
        /// Which operation.
        operation: &'static str,
        /// The table's shape.
        table: Shape,
    },
    /// A table of positions that has another width than the sequences, or fewer rows than they are long.
    #[error(
        "cannot apply position-embedding: input {input} and table {table} do not meet; give input [n, t, width] and \
         table [context, width] of at least t rows"
    )]
    Positions {
        /// The input's shape.
        input: Shape,
        /// The table's shape.
        table: Shape,
    },
    /// A width that cannot be shared out among so many heads.
    #[error("cannot apply attention to {input}: its width is not a multiple of {heads} heads")]
    Heads {
        /// The input's shape.
        input: Shape,
        /// How many heads there are.
        heads: u32,
    },
    /// Parameters that are not as many as the operation has.
    #[error("cannot apply {operation}: it has {wanted} parameters, not {found}")]
    Parameters {
        /// Which operation.
        operation: &'static str,
        /// How many it has.
        wanted: usize,
        /// How many were given.
        found: usize,
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

/// Whether two tensors that an operation wants alike have the same shape.
pub(crate) fn alike(operation: &'static str, left: &Shape, right: &Shape) -> Result<(), ShapeError> {
    let unlike = || ShapeError::Unlike { operation, left: left.clone(), right: right.clone() };
    if left == right { Ok(()) } else { Err(unlike()) }
}

/// Whether there is a gradient of the same shape for every parameter.
pub(crate) fn each_alike<'a>(
    operation: &'static str,
    parameters: impl ExactSizeIterator<Item = &'a Shape>,
    gradients: impl ExactSizeIterator<Item = &'a Shape>,
) -> Result<(), ShapeError> {
    let (count, found) = (parameters.len(), gradients.len());
    if count != found {
        return Err(ShapeError::Count { operation, parameters: count, gradients: found });
    }
    parameters.zip(gradients).try_for_each(|(parameter, gradient)| alike(operation, parameter, gradient))
}
