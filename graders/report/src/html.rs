//! HTML: one file a page, which asks nobody for anything.
//!
//! [`Page`] is the shell that every page stands in: style, landmarks, table of contents, and a policy that forbids requests
//! and scripts. [`plot`] has the plots. What a page says is left to [`document`], [`student`](crate::student) and
//! [`class`](crate::class). With their modules `html` this is all that names `maud`.

mod document;
mod grading;
mod page;
pub mod plot;
mod table;
mod words;

pub use document::{Fuel, document};
pub(crate) use grading::{checks, criteria, facts, plots, standing};
pub use page::{Page, Section};
pub(crate) use table::{Cell, Table};
pub(crate) use words::{class, level, mark, meter, sentence, status, when};
