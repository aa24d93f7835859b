//! A child process that cannot outlive its handle.

use std::{
    io,
    mem::zeroed,
    os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd},
    ptr,
    time::Duration,
};

use libc::{c_int, pid_t};

use crate::checked::checked;

/// A child that nobody has waited for yet. While that is so its number cannot be given to another process.
/// Dropping it kills it and waits for it.
#[derive(Debug)]
pub(crate) struct Process {
    pid: pid_t,
    pidfd: OwnedFd,
    is_reaped: bool,
}

/// How a process ended, as `wait4` has it.
pub(crate) struct Wait {
    /// The status, to be read with `WIFEXITED` and its like.
    pub(crate) status: c_int,
    /// Processor time of its whole life, user and system.
    pub(crate) cpu_time: Duration,
}

impl Process {
    pub(crate) fn new(pid: pid_t, pidfd: OwnedFd) -> Self {
        Self { pid, pidfd, is_reaped: false }
    }

    pub(crate) fn pid(&self) -> pid_t {
        self.pid
    }

    /// Kills it, in whatever namespace it is. One that has ended already stays as it ended.
    pub(crate) fn kill(&self) {
        // SAFETY: The call reads no memory of ours: the signal's details are left to the kernel.
        unsafe {
            libc::syscall(
                libc::SYS_pidfd_send_signal,
                self.pidfd.as_raw_fd(),
                libc::SIGKILL,
                ptr::null::<libc::siginfo_t>(),
                0,
            )
        };
    }

    /// Waits for its end.
    pub(crate) fn reap(&mut self) -> io::Result<Wait> {
        let mut status = 0;
        // SAFETY: A `rusage` is numbers alone, for which zero is a value.
        let mut usage: libc::rusage = unsafe { zeroed() };
        loop {
            // SAFETY: Both pointers are to locals that live through the call.
            match checked(unsafe { libc::wait4(self.pid, &raw mut status, 0, &raw mut usage) }) {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.is_reaped = true;
        Ok(Wait { status, cpu_time: duration(usage.ru_utime) + duration(usage.ru_stime) })
    }

    /// Processor time so far, user and system, by its own clock.
    pub(crate) fn cpu_time(&self) -> io::Result<Duration> {
        // What `clock_getcpuclockid` makes of a process's number, without asking the kernel twice: this is read after
        // every call. Linux promises the form (`CPUCLOCK_SCHED` is 2).
        let clock = (!self.pid << 3) | 2;
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: The call writes to a local.
        checked(unsafe { libc::clock_gettime(clock, &raw mut time) })?;
        Ok(Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or(0)))
    }
}

impl AsFd for Process {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.is_reaped {
            self.kill();
            // Nobody is there to be told, and an error here means that there is nothing to wait for.
            let _ = self.reap();
        }
    }
}

fn duration(time: libc::timeval) -> Duration {
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_usec * 1000).unwrap_or(0))
}
