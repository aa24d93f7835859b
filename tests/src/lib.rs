//! End to end: guests, flows, tidiness. This library holds what the tests share.

mod bombs;
mod expectation;
mod guest;
pub mod wat_guest;
mod witness;

pub use expectation::{Ending, Expectation};
pub use guest::{Guest, guests};
pub use witness::Witness;
