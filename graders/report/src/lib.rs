//! Grades as reports: of one grading, of a student, of a class.
//!
//! A [`Document`] is one grading: who graded, what came of it, and, kept apart, what differs from run to run; it is printed,
//! JSON, or a page ([`html::document`]). A
//! [`StudentReport`](student::StudentReport) is a student's course and a [`ClassReport`](class::ClassReport) a class, for
//! the terminal and as JSON, Markdown, CSV and HTML. Making one settles what its reader may see, so that no form of output has to think of it. Deciding grades is left to
//! `tito-grade`, `tito-gradebook` and the milestones; colours, widths and files to the command line.

mod audience;
pub mod class;
mod detail;
mod document;
mod ending;
pub mod html;
mod json;
mod markup;
mod moment;
mod printable;
mod sheet;
pub mod student;
mod style;
mod terminal;
mod timings;
mod told;

pub use audience::Audience;
pub use detail::Detail;
pub use document::{Document, Quarantine, Refusal, Tool};
pub use json::json;
pub use style::Style;
pub use terminal::terminal;
pub use timings::timings;
