//! What happened in a course, and the grades that follow from it.
//!
//! An [`Entry`] is one thing that happened: a student was enrolled, a submission received, graded, scored by a person,
//! excused. [`Gradebook::of`] folds all of them, in order, into what is known of every student; [`settle`] makes of one
//! student's milestone the grade that the [`Rules`] give, with every line of its derivation, [`course`] the grade in the whole
//! course, and [`analytics`] says what an instructor asks of the whole class. All of it is pure: the same entries give the
//! same gradebook on every machine, and no clock is read. Where entries are kept, and that nobody changes them, is left to
//! `tito-course` and `tito-ledger`.

pub mod analytics;
mod bounded;
mod course;
mod deadline;
mod entry;
mod gradebook;
mod marks;
mod review;
mod rules;
mod settle;
mod student;
mod worth;

pub use course::{CourseGrade, course};
pub use entry::{Entry, Event, TimeFrom};
pub use gradebook::{Attempt, Case, Given, Gradebook, Graded, Record};
pub use marks::{CheckMarks, Conditions, CriterionMarks, Marks, Outcome};
pub use review::Decision;
pub use rules::{Attempts, Counts, Late, MilestoneRules, Rules};
pub use settle::{Line, Settled, State, settle};
pub use student::Student;
