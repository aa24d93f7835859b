//! Reports of a grading, a student and a class made by hand: how they look, what they keep to themselves, what they promise
//! programs.

mod audience;
mod class;
mod course;
mod hidden;
mod hostile;
mod pages;
mod sample;
mod schema;
mod snapshots;
