//! The child's part: lock down with the layers that it is told, then misbehave as it is told.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    mem::ManuallyDrop,
    os::fd::FromRawFd as _,
    time::Duration,
};

use tito_lockdown::{
    Bounds, Child, End, Interest, Layer, LayerReport, Orders, Program, Ready, enter_with, seal,
};

use crate::{
    attack::{ATTACKS, FORBIDDEN, call},
    targets::Targets,
};

/// The first argument of a worker.
pub(crate) const WORKER: &str = "--as-worker";

/// What a worker is told to do.
pub(crate) struct Part<'a> {
    pub(crate) deed: &'a str,
    pub(crate) layers: &'a [Layer],
    pub(crate) is_sealed: bool,
}

/// What came of a deed that did not end the worker.
#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Outcome {
    Worked(String),
    Refused(i32),
}

/// Bounds that are wide enough for everything but the attacks on them.
pub(crate) const BOUNDS: Bounds = Bounds { data_bytes: 64 << 20, cpu_seconds: 1, stack_bytes: 4 << 20 };

/// Starts a worker for this part.
pub(crate) fn start(part: &Part<'_>) -> io::Result<Child> {
    Child::spawn_with(&program(part), &BOUNDS, part.layers)
}

/// This executable, called as a worker for this part.
pub(crate) fn program(part: &Part<'_>) -> Program {
    let targets = serde_json::to_string(Targets::here()).unwrap();
    Program::own()
        .arg(WORKER)
        .arg(part.deed)
        .arg(serde_json::to_string(&(part.layers, part.is_sealed)).unwrap())
        .arg(targets)
}

/// Runs a part to its end: what was said over the socket, if anything, and how the worker ended.
pub(crate) fn run(part: &Part<'_>) -> (Option<(Vec<LayerReport>, Outcome)>, End) {
    let child = start(part).unwrap();
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    while child.wait(Interest::Read, Duration::from_secs(30)).unwrap() == Ready::Readable {
        let bytes = child.socket().read(&mut buffer).unwrap();
        said.extend_from_slice(&buffer[..bytes]);
    }
    (serde_json::from_slice(&said).ok(), child.end().unwrap())
}

/// The worker's life.
pub(crate) fn main(mut args: impl Iterator<Item = String>) {
    let orders = Orders::from_args(std::env::args_os()).unwrap();
    let deed = args.next().unwrap();
    let (layers, is_sealed): (Vec<Layer>, bool) = serde_json::from_str(&args.next().unwrap()).unwrap();
    let targets: Targets = serde_json::from_str(&args.next().unwrap()).unwrap();
    let reports = enter_with(&orders, &layers);
    if is_sealed {
        seal().unwrap();
    }
    let outcome = match perform(&deed, &targets) {
        Ok(word) => Outcome::Worked(word),
        Err(error) => Outcome::Refused(error.raw_os_error().unwrap_or_else(|| panic!("{error:?}"))),
    };
    socket().write_all(&serde_json::to_vec(&(reports, outcome)).unwrap()).unwrap();
}

fn perform(deed: &str, targets: &Targets) -> io::Result<String> {
    if let Some((_, attack)) = ATTACKS.iter().find(|(name, _)| *name == deed) {
        return attack(targets).map(|()| String::new());
    }
    if let Some((_, number)) = FORBIDDEN.iter().find(|(name, _)| *name == deed) {
        return call(*number).map(|()| String::new());
    }
    match deed {
        "nothing" => Ok(String::new()),
        "count what it inherited" => Ok(format!("{:?} {}", descriptors(), std::env::vars_os().count())),
        "echo a byte" => socket().read_exact(&mut [0]).map(|()| String::new()),
        "touch too much" => Ok(vec![1_u8; 400 << 20].iter().map(|b| u32::from(*b)).sum::<u32>().to_string()),
        "allocate in Rust" => Ok(vec![1_u8; 1 << 30].len().to_string()),
        "recurse a little" => Ok(recurse(BOUNDS.stack_bytes / 2).to_string()),
        "recurse a lot" => Ok(recurse(u64::MAX).to_string()),
        "abort" => std::process::abort(),
        "panic" => panic!("for the test"),
        "loop" => spin(),
        "loop and not listen" => {
            // SAFETY: Changes what a signal does.
            unsafe { libc::signal(libc::SIGXCPU, libc::SIG_IGN) };
            spin()
        }
        "close the socket and loop" => {
            // SAFETY: Nobody uses the descriptor from here on.
            unsafe { libc::close(0) };
            spin()
        }
        "fill standard error" => {
            let words = (0..1 << 20).filter(|_| io::stderr().write(b"words ").is_err()).count();
            Ok((words > 0).to_string())
        }
        _ => panic!("no such deed: {deed}"),
    }
}

fn spin() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

/// Uses at least this much stack, in bytes.
fn recurse(bytes: u64) -> u64 {
    let frame = std::hint::black_box([1_u8; 4096]);
    if bytes < 4096 { 0 } else { recurse(bytes - 4096) + u64::from(frame[0]) }
}

/// The descriptors that are open.
fn descriptors() -> Vec<i32> {
    // SAFETY: Asks about descriptors, and changes none.
    (0..1024).filter(|fd| unsafe { libc::fcntl(*fd, libc::F_GETFD) } != -1).collect()
}

fn socket() -> ManuallyDrop<File> {
    // SAFETY: Standard input is the socket, and is not closed by this.
    ManuallyDrop::new(unsafe { File::from_raw_fd(0) })
}
