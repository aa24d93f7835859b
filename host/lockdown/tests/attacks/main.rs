//! A worker with the sandbox taken away: native code that attacks from inside the lockdown.
//!
//! The executable of this test is the worker, too. Every attack runs in a child of its own: with no layer at all, where
//! it must work (or it would prove nothing), under the whole lockdown, and under each layer that should hold alone.

#[cfg(target_os = "linux")]
mod attack;
#[cfg(target_os = "linux")]
mod life;
#[cfg(target_os = "linux")]
mod targets;
#[cfg(target_os = "linux")]
mod trials;
#[cfg(target_os = "linux")]
mod worker;

#[cfg(target_os = "linux")]
fn main() {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some(worker::WORKER) => worker::main(args),
        Some(life::PARENT) => life::parent(args),
        _ => run_trials(),
    }
}

#[cfg(target_os = "linux")]
fn run_trials() -> ! {
    let trials = trials::all().into_iter().chain(life::all()).collect();
    let conclusion = libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials);
    targets::Targets::here().tear_down();
    conclusion.exit()
}

/// Elsewhere there is no lockdown to attack.
#[cfg(not(target_os = "linux"))]
fn main() {}
