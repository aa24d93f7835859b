//! The clock that calls in our own process are timed by.

use std::time::Duration;

use crate::Watch;

/// The processor time of this thread so far, which stands still while others have the processor. A process that is watched
/// from outside is timed from there, too, and its lockdown does not let it ask: there it is 0.
pub(crate) fn now(watch: Watch) -> Duration {
    match watch {
        Watch::Inside => of_this_thread(),
        Watch::Outside => Duration::ZERO,
    }
}

#[cfg(unix)]
fn of_this_thread() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The time on the wall since this was first asked: other systems have no such clock that is safe to read.
#[cfg(not(unix))]
fn of_this_thread() -> Duration {
    use std::{sync::LazyLock, time::Instant};

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
