//! Reference kernels: an f64 oracle with gauges and an f32 native kernel for every operation.
//!
//! One module an operation, each with two functions. `oracle` evaluates obvious loops in f64 and returns, in the
//! same pass, the magnitude that rounding errors of an f32 evaluation scale with; the two make a [`Judged`],
//! which says whether an answer is right. `native` is the f32 kernel that students are timed beside; it is held
//! to the same bound as they are.
//!
//! Drawing cases, comparing whole answers and naming misconceptions is left to `tito-judge`.

pub mod dense;
pub mod flatten;
pub mod gemm;
pub mod relu;
pub mod sigmoid;
pub mod softmax;
pub mod tanh;

mod bound;
mod elementwise;
mod exp;
mod judged;
mod shape_error;
mod wide;

pub use bound::{UNIT_ROUNDOFF, bound, tolerance};
pub use judged::Judged;
pub use shape_error::ShapeError;
pub use wide::Wide;
