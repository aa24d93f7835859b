//! The layers of the lockdown, and what became of each.

use std::{fmt, io};

use serde::{Deserialize, Serialize};

/// One thing that stands between a worker and the machine, each by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// Bounds on memory, processor time and stack; no new file, no new process, no core dump.
    ResourceLimits,
    /// No capability, no way to gain one, and no process of the same user may look inside.
    NoNewPrivileges,
    /// No path and no TCP port; newer kernels add signals and abstract sockets.
    Landlock,
    /// A list of system calls; any other ends the process.
    Seccomp,
    /// A user of its own, who is nobody outside.
    UserNamespace,
    /// An empty file system.
    MountNamespace,
    /// No other process can be named.
    PidNamespace,
    /// No shared memory, semaphores or message queues of others.
    IpcNamespace,
    /// No network device, no abstract socket of others.
    NetworkNamespace,
    /// A bound on the memory that is touched, kept by the parent.
    Cgroup,
}

impl Layer {
    /// Every layer, in the order in which they are told.
    pub const ALL: [Self; 10] = [
        Self::ResourceLimits,
        Self::NoNewPrivileges,
        Self::Landlock,
        Self::Seccomp,
        Self::UserNamespace,
        Self::MountNamespace,
        Self::PidNamespace,
        Self::IpcNamespace,
        Self::NetworkNamespace,
        Self::Cgroup,
    ];

    /// Whether a lockdown without it is no lockdown. The others depend on what an administrator or a container
    /// allows; these four every kernel since 5.13 has, unless it was built without.
    #[must_use]
    pub fn is_required(self) -> bool {
        matches!(self, Self::ResourceLimits | Self::NoNewPrivileges | Self::Landlock | Self::Seccomp)
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ResourceLimits => "resource limits",
            Self::NoNewPrivileges => "no new privileges",
            Self::Landlock => "Landlock",
            Self::Seccomp => "seccomp",
            Self::UserNamespace => "user namespace",
            Self::MountNamespace => "mount namespace",
            Self::PidNamespace => "pid namespace",
            Self::IpcNamespace => "ipc namespace",
            Self::NetworkNamespace => "network namespace",
            Self::Cgroup => "cgroup",
        })
    }
}

/// What became of one layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LayerReport {
    /// Which one.
    pub layer: Layer,
    /// Whether it stands.
    pub state: LayerState,
}

/// Whether a layer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LayerState {
    /// It stands; what exactly it does here.
    On(String),
    /// It does not, and why it is impossible here.
    Off(String),
}

impl LayerState {
    /// Whether the layer stands.
    #[must_use]
    pub fn is_on(&self) -> bool {
        matches!(self, Self::On(_))
    }

    /// The state of a layer that a test has switched off.
    pub(crate) fn left_out() -> Self {
        Self::Off("left out by a test".to_owned())
    }
}

impl From<io::Result<String>> for LayerState {
    fn from(result: io::Result<String>) -> Self {
        match result {
            Ok(detail) => Self::On(detail),
            Err(why) => Self::Off(why.to_string()),
        }
    }
}
