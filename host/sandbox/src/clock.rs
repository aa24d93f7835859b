//! The clock that calls in our own process are timed by.

use std::time::Duration;

/// The processor time of this thread so far, which stands still while others have the processor.
#[cfg(unix)]
pub(crate) fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The time on the wall since this was first asked: other systems have no such clock that is safe to read.
#[cfg(not(unix))]
pub(crate) fn now() -> Duration {
    use std::{sync::LazyLock, time::Instant};

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
