//! Trains networks on the native kernels, as a submission's `fit` does by the contract.
//!
//! A [`Model`] is a stack of the contract's layers with parameters; [`fit`] trains it by the contract's recipe on [`Examples`] and
//! reports every epoch. Its curves are what a student's are held beside, and its weights are what milestones ship. The
//! same seed gives the same bits for any number of threads on one kind of machine; another kind may have other vectors
//! and so other last digits.
//!
//! What is trained on what, and what a curve is worth, is for the milestones.

mod error;
mod evaluate;
mod examples;
mod fit;
mod initial;
mod layer;
mod model;
mod recipe;

pub use error::TrainError;
pub use evaluate::{Evaluation, evaluate};
pub use examples::Examples;
pub use fit::fit;
pub use model::{Model, Slopes};
pub use recipe::{Run, rate};
