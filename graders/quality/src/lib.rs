//! What a parser can measure of a submission's Rust sources, and what that suggests to a reviewer.
//!
//! [`measure`] reads a folder, or [`measure_files`] what is in memory, and counts: documentation, function lengths, nesting, complexity, duplication.
//! [`suggestion()`] turns the counts into a score that a person confirms or changes. The sources are hostile
//! input like everything that a student hands in, so sizes are capped and nesting is bounded before the parser
//! sees it; nothing is compiled or run. Judging whether the code is any good is left to the reviewer.

mod documentation;
mod duplication;
mod functions;
mod nesting;
mod quality;
mod sources;
mod suggestion;
mod tests_of;
mod tokens;

pub use documentation::Documentation;
pub use duplication::{Duplication, Repeat};
pub use functions::Function;
pub use quality::{Quality, QualityError, Unmeasured, measure, measure_files};
pub use suggestion::{Part, Suggestion, suggestion};
