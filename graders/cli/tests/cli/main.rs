//! The program from outside: what it prints, what it leaves behind, and its exit codes.

#[cfg(target_os = "linux")]
mod batch;
#[cfg(target_os = "linux")]
mod corpus;
#[cfg(target_os = "linux")]
mod course;
mod data;
#[cfg(target_os = "linux")]
mod faults;
mod home;
mod machine;
mod milestone;
mod profile;
mod project;
#[cfg(target_os = "linux")]
mod running;
mod samples;
mod train;
mod trained;
mod usage;
#[cfg(target_os = "linux")]
mod worker;
