//! The files that Canvas and Gradescope write and read: bytes in, values or bytes out.
//!
//! [`roster`] reads who is in a class, [`recognise`] says which of them a course has already, [`Layout`] whose each piece of a class's submissions is, [`CanvasGradebook`] a gradebook
//! that Canvas exported, into which grades are written for import. [`gradescope`] has the results that an autograder leaves
//! and the zip that Gradescope builds one from. Nothing here touches a file, the network or a clock: `tito` does, and what a
//! course makes of what is read is left to `tito-course`.

mod canvas;
mod cell;
mod gradebook;
pub mod gradescope;
mod layout;
mod person;
mod recognise;
mod roster;
mod sheet;
mod slug;

pub use canvas::{
    CanvasGradebook, Cell, Change, ColumnError, GradebookColumn, GradebookError, GradebookRow, Import,
    ImportError, Mark, StudentMarks, canvas_rubrics,
};
pub use gradebook::gradebook;
pub use layout::{Class, ExportError, Handed, Layout, Who, file_names};
pub use person::Person;
pub use recognise::{SameId, recognise};
pub use roster::{Roster, RosterError, RosterSource, Skipped, roster};
pub use sheet::SheetError;
