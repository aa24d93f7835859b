//! The program from outside: what it prints, what it leaves behind, and its exit codes.

mod data;
mod home;
mod machine;
mod milestone;
mod project;
mod samples;
mod usage;
