//! Shapes and row-major f32 tensors, the one kind of value that crosses the sandbox.
//!
//! No arithmetic lives here: operations are `tito-kernels`, comparison is `tito-judge`.

mod shape;
mod tensor;

pub use shape::Shape;
pub use tensor::{Tensor, TensorError};
