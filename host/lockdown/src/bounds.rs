//! What a worker process may use as a whole.

use serde::{Deserialize, Serialize};

/// What a worker process may use as a whole, the submission in it and the program around it together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bounds {
    /// Memory that can be written to and is its own, in bytes: what is mapped (`RLIMIT_DATA`), and where the system
    /// lets us, what is touched (cgroup). Address space that is only reserved does not count.
    pub data_bytes: u64,
    /// Processor time, user and system, in seconds (`RLIMIT_CPU`). It is for runaways: the kernel counts whole
    /// seconds, and the parent's deadline comes first.
    pub cpu_seconds: u64,
    /// The stack of the first thread, in bytes (`RLIMIT_STACK`).
    pub stack_bytes: u64,
}
