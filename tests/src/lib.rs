//! End to end: guests, flows, tidiness. This library holds what the tests share.

mod bombs;
mod corpus;
mod expectation;
mod guest;
mod header;
mod heavy;
pub mod schooling;
mod sections;
pub mod wat_guest;
mod witness;

pub use corpus::{CASES, ELSEWHERE, Elsewhere};
pub use expectation::{Ending, Expectation};
pub use guest::{Guest, guests};
pub use witness::Witness;
