//! The command line of tito.
//!
//! It reads files, picks data, runs the stages one after the other and prints what comes of them. What a grade is
//! worth, what a component may do and what a report looks like is decided by the crates below.

mod benchmark;
mod cli;
mod commands;
mod course;
mod course_grading;
mod dataset;
mod exit;
mod failure;
mod files;
mod folders;
mod grading;
mod input;
mod isolation;
mod listed;
mod milestone_inputs;
mod page;
mod pool;
mod progress;
mod remembered;
mod report;
mod sample;
mod sample_class;
mod screen;
mod status;
mod submission;
mod workers;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

use clap::Parser;

use crate::{cli::Cli, exit::Exit};

fn main() -> ExitCode {
    become_worker();
    screen::prepare();
    let cli = Cli::parse();
    // A panic is ours, and a script must be able to tell it from a grade. Its message is on standard error.
    match catch_unwind(AssertUnwindSafe(|| cli.command.run())) {
        Ok(Ok(exit)) => exit,
        Ok(Err(failure)) => failure.show(),
        Err(_) => Exit::Ours,
    }
    .into()
}

/// The life of a worker, where tito has started this process as one. It must not read or prepare anything before.
fn become_worker() {
    #[cfg(target_os = "linux")]
    if std::env::args_os().nth(1).is_some_and(|argument| argument == tito_worker::WORKER) {
        tito_worker::child::main(std::env::args_os().skip(2), &tito_worker::WebAssembly)
    }
}
