//! Compiles and runs submissions in processes that may die.
//!
//! The parent ([`Workers`]) holds whatever is worth protecting; a worker ([`child`]) holds one submission and
//! nothing else, behind the lockdown of `tito-lockdown`. [`Remote`] launches guests that live in workers and look
//! like any other [`Guest`](tito_sandbox::Guest). Everything that a worker says is taken for an enemy's words.
//! What a call means, and whether its answer is right, is for others.

mod cache;
#[cfg(target_os = "linux")]
mod canary;
#[cfg(target_os = "linux")]
mod checked;
#[cfg(target_os = "linux")]
pub mod child;
#[cfg(target_os = "linux")]
mod crew;
#[cfg(target_os = "linux")]
mod deaths;
mod isolation;
#[cfg(target_os = "linux")]
mod remote;
#[cfg(target_os = "linux")]
mod starter;
#[cfg(target_os = "linux")]
pub mod wire;
#[cfg(target_os = "linux")]
mod work;
#[cfg(target_os = "linux")]
mod worker;
#[cfg(target_os = "linux")]
mod workers;

pub use cache::Cache;
/// For tests/fuzz alone, whose target `wire` holds it against a second reading.
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub use checked::{Asked, report as checked_report};
pub use isolation::{Isolation, Prepared, Wall};
#[cfg(target_os = "linux")]
pub use {
    deaths::Quarantined,
    remote::Remote,
    tito_lockdown::{Layer as LockdownLayer, LayerReport, LayerState, Program},
    work::{WebAssembly, Work},
    workers::Workers,
};

/// The first argument of a worker process.
pub const WORKER: &str = "worker";
