//! Reference kernels: an f64 oracle with gauges and an f32 native kernel for every operation.
//!
//! One module an operation, each with an `oracle` and a `native`, and where it is differentiated the `_backward` of each,
//! which gives the gradients of a loss from the one with respect to the operation's output. `oracle` evaluates obvious loops in f64 and returns, in the
//! same pass, the magnitude that rounding errors of an f32 evaluation scale with; the two make a [`Judged`],
//! which says whether an answer is right. `native` is the f32 kernel that students are timed beside; it is held
//! to the same bound as they are.
//!
//! From the dense layer of milestone 1 to the transformer block of milestone 5. A block's oracle has no gauge but for one
//! gradient, because so many steps have none that is worth having: whoever judges it samples a condition number.
//!
//! Drawing cases, comparing whole answers and naming misconceptions is left to `tito-judge`.

pub mod adam;
pub mod attention;
pub mod average_pool2d;
pub mod batch_norm2d;
pub mod clip;
pub mod conv2d;
pub mod cross_entropy;
pub mod dense;
pub mod dropout;
pub mod flatten;
pub mod gelu;
pub mod gemm;
pub mod layer_norm;
pub mod max_pool2d;
pub mod mean_squared_error;
pub mod position_embedding;
pub mod relu;
pub mod schedule;
pub mod sgd;
pub mod sigmoid;
pub mod softmax;
pub mod tanh;
pub mod token_embedding;
pub mod transformer_block;

mod affine;
mod bound;
mod correlate;
mod elementwise;
mod exp;
mod gradients;
mod head;
mod judged;
mod loss;
mod machine;
mod planes;
mod pool;
mod scratch;
mod sequences;
mod shape_error;
mod sum;
mod weigh;
mod wide;
mod window;

pub use bound::{UNIT_ROUNDOFF, bound, tolerance};
pub use gradients::Gradients;
pub use judged::Judged;
pub use loss::Loss;
pub use shape_error::ShapeError;
pub use wide::Wide;
pub use window::Window;
