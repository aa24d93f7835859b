//! Grades as a terminal report and as JSON.
//!
//! A [`Document`] is what is reported: who graded, what came of it, and, kept apart, what differs from run to
//! run. Making one settles what its reader may see, so that no form of output has to think of it. Deciding the
//! grade is left to `tito-grade` and the milestones; colours, widths and files to the command line.

mod audience;
mod document;
mod json;
mod printable;
mod style;
mod terminal;
mod timings;

pub use audience::Audience;
pub use document::{Document, Quarantine, Refusal, Tool};
pub use json::json;
pub use style::Style;
pub use terminal::terminal;
pub use timings::timings;
