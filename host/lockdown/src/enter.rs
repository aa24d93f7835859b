//! The child's side: lock down, load, seal.

use std::io;

use crate::{
    Layer, LayerReport, LayerState, Orders,
    filter::{self, Phase},
    limits, paths, privileges, root, signals,
};

/// Locks this process down, before it reads a byte of what it is to work on, and says what became of each layer but
/// the cgroup, which the parent keeps. It must have one thread, and needs none of what it loses: files, the network,
/// other processes, new descriptors. From here on a forbidden system call ends it with SIGSYS.
///
/// A layer that does not stand is told, and the rest is locked all the same; whether that will do is for the parent
/// to say.
#[must_use = "a layer that does not stand is told here and nowhere else"]
pub fn enter(orders: &Orders) -> Vec<LayerReport> {
    enter_with(orders, &Layer::ALL)
}

/// Locks down with these layers alone.
#[must_use = "a layer that does not stand is told here and nowhere else"]
pub fn enter_with(orders: &Orders, layers: &[Layer]) -> Vec<LayerReport> {
    signals::tell_by_status();
    let mut reports = orders.namespaces.clone();
    reports.iter_mut().for_each(empty_root);
    let mut lock = |layer, lock: &dyn Fn() -> io::Result<String>| {
        let state = if layers.contains(&layer) { lock().into() } else { LayerState::left_out() };
        reports.push(LayerReport { layer, state });
    };
    // Each takes away what the ones before it needed: capabilities, a descriptor, a system call.
    lock(Layer::NoNewPrivileges, &privileges::drop_all);
    lock(Layer::Landlock, &paths::deny_all);
    lock(Layer::ResourceLimits, &|| limits::set(&orders.bounds));
    lock(Layer::Seccomp, &|| filter::install(Phase::Loading).map(|()| filter::describe(Phase::Running)));
    reports
}

/// Ends loading: from here on no memory becomes executable, and nothing can be changed about the lockdown.
///
/// # Errors
///
/// If the kernel refuses the second filter. The process must then not go on.
pub fn seal() -> io::Result<()> {
    filter::install(Phase::Running)
}

/// A mount namespace is born with a copy of everything that the parent has mounted.
fn empty_root(report: &mut LayerReport) {
    if report.layer == Layer::MountNamespace && report.state.is_on() {
        report.state = root::empty().into();
    }
}
