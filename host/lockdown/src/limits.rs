//! Resource limits: how much memory, time and stack, and none of what a worker has no use for.

use std::io;

use libc::rlimit;

use crate::{
    Bounds,
    checked::{checked, noted},
};

#[cfg(target_env = "gnu")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_env = "gnu"))]
type Resource = libc::c_int;

/// Sets every limit, the soft and the hard one, so that none can be raised again.
///
/// # Errors
///
/// If the kernel refuses one. Those before it stay set.
pub(crate) fn set(bounds: &Bounds) -> io::Result<String> {
    for (resource, name, limit, grace) in table(bounds) {
        noted(&format!("set {name}"), lower(resource, limit, grace))?;
    }
    Ok(format!(
        "{} MiB of data, {} s of processor time, {} KiB of stack; no new file, process or core dump",
        bounds.data_bytes >> 20,
        bounds.cpu_seconds,
        bounds.stack_bytes >> 10
    ))
}

/// Each resource with its limit, and by how much the hard limit lies above it: out of processor time, the process is
/// told by SIGXCPU at the one and killed at the other.
fn table(bounds: &Bounds) -> [(Resource, &'static str, u64, u64); 11] {
    /// Standard input, output and error are there already, and there is no number left for another.
    const DESCRIPTORS: u64 = 3;
    [
        (libc::RLIMIT_DATA, "RLIMIT_DATA", bounds.data_bytes, 0),
        (libc::RLIMIT_CPU, "RLIMIT_CPU", bounds.cpu_seconds, 1),
        (libc::RLIMIT_STACK, "RLIMIT_STACK", bounds.stack_bytes, 0),
        (libc::RLIMIT_NOFILE, "RLIMIT_NOFILE", DESCRIPTORS, 0),
        (libc::RLIMIT_CORE, "RLIMIT_CORE", 0, 0),
        (libc::RLIMIT_FSIZE, "RLIMIT_FSIZE", 0, 0),
        (libc::RLIMIT_NPROC, "RLIMIT_NPROC", 0, 0),
        (libc::RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", 0, 0),
        (libc::RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE", 0, 0),
        (libc::RLIMIT_NICE, "RLIMIT_NICE", 0, 0),
        (libc::RLIMIT_RTPRIO, "RLIMIT_RTPRIO", 0, 0),
    ]
}

/// The limit of the stack with which the program is to start, as what it learns then of its stack it believes for
/// ever: the C library puts maps below it, and Rust tells an overflow from another fault. It is set for good later.
pub(crate) fn early_stack(bounds: &Bounds) -> io::Result<rlimit> {
    let hard = now(libc::RLIMIT_STACK)?.rlim_max;
    Ok(rlimit { rlim_cur: bounds.stack_bytes.min(hard), rlim_max: hard })
}

/// A hard limit that the system set lower stays as it is: only an administrator could raise it.
fn lower(resource: Resource, limit: u64, grace: u64) -> io::Result<()> {
    let hard = now(resource)?.rlim_max;
    let new = rlimit { rlim_cur: limit.min(hard), rlim_max: limit.saturating_add(grace).min(hard) };
    // SAFETY: The call reads a local.
    checked(unsafe { libc::setrlimit(resource, &raw const new) }).map(drop)
}

fn now(resource: Resource) -> io::Result<rlimit> {
    let mut now = rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: The call writes to a local.
    checked(unsafe { libc::getrlimit(resource, &raw mut now) })?;
    Ok(now)
}
