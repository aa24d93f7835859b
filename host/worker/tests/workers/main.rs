//! Workers as tito has them, and workers that lie, die, hang or are killed. This executable is its own worker, so it
//! has a `main` of its own.
#![cfg(target_os = "linux")]

mod liars;
mod tests;

use std::{env, process::ExitCode};

use tito_worker::{WORKER, WebAssembly, child};

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == WORKER) {
        let kind = arguments.next().expect("the tests say which kind of worker");
        match kind.to_str().expect("kinds are plain text") {
            "honest" => child::main(arguments, &WebAssembly),
            liar => liars::main(liar, arguments),
        }
    }
    let arguments = libtest_mimic::Arguments::from_args();
    libtest_mimic::run(&arguments, tests::all()).exit_code()
}
