//! Deaths that the first process of a pid namespace cannot die.
//!
//! The kernel does not let such a process be ended by a signal that it sends itself, nor by one that it does not
//! handle, SIGKILL and what a faulty instruction brings aside. So a worker that aborts, or whose processor time is up,
//! says so by its exit status, as a shell would, and the parent reads it back (`Death`).

use libc::c_int;

/// The signals that are told by an exit status.
pub(crate) const TOLD: [c_int; 2] = [libc::SIGABRT, libc::SIGXCPU];

/// The exit status that tells of the first of these signals is this much above the signal's number.
pub(crate) const BASE: c_int = 128;

/// Handles these signals from now on.
pub(crate) fn tell_by_status() {
    let handler: extern "C" fn(c_int) = end;
    // SAFETY: An action that is all zeros is one without flags and with an empty mask. The handler does nothing but end
    // the process, which is allowed in one. On the alternate stack it runs even where the other has overflowed.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        action.sa_flags = libc::SA_ONSTACK;
        for signal in TOLD {
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

extern "C" fn end(signal: c_int) {
    // SAFETY: Ends the process at once, without running anything of it.
    unsafe { libc::_exit(BASE + signal) }
}
