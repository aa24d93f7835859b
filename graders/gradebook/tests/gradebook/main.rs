//! What the gradebook makes of courses that are built here, in a few words each.

mod analytics;
mod attempts;
mod build;
mod course;
mod large;
mod laws;
mod settle;
