//! How much of one component's code stands and runs in another.
//!
//! Functions are compared as what their operators do ([`Normal`]): not by names, nor by where a linker put them. Which of
//! them count is [`Code`]'s to say, what ran a profile's, and what became of each is in the [`Comparison`]. What that is
//! worth is for a rubric.

mod code;
mod compare;
mod compiler;
mod library;

pub use code::{Code, Function, Use};
pub use compare::{Comparison, Fate, LEAST_FUNCTIONS, Origin, Row, Tier};
pub use compiler::compiler;
pub use library::Library;
pub use tito_similarity::{Normal, SIMILAR, similarity};
