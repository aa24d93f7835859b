//! The list of system calls; any other ends the process with SIGSYS.
//!
//! Two filters come one after the other, and the kernel obeys the stricter: what loading compiled code needs, then what
//! running it needs. A call with a pointer is judged by its numbers alone, as a filter cannot see memory.

use std::{collections::BTreeMap, io};

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

/// What a worker is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It maps machine code and makes it executable.
    Loading,
    /// It runs what it has loaded, and no memory becomes executable any more.
    Running,
}

/// Who may make a system call, beyond the number of it.
#[derive(Clone, Copy)]
enum May {
    Always,
    WhileLoading,
    /// Once loading is over only if this argument, a `PROT_*`, does not ask for execution.
    WithoutExecution(u8),
    /// While loading, and if the first argument has this value.
    WhileLoadingWith(u64),
    /// If the first argument is the process itself.
    OnItself,
    /// If it asks for the process's own limits and sets none.
    ToRead,
}

/// From now on the calling thread, which should be the only one, is held to the list.
///
/// # Errors
///
/// If the kernel has no seccomp filters.
pub(crate) fn install(phase: Phase) -> io::Result<()> {
    let program = compile(phase).map_err(io::Error::other)?;
    apply_filter(&program).map_err(io::Error::other)
}

/// How many system calls there are to be made in this phase, for people.
pub(crate) fn describe(phase: Phase) -> String {
    let calls = CALLS.iter().filter(|(_, may)| may.holds(phase)).count();
    format!("{calls} system calls, and any other ends the process")
}

const CALLS: &[(c_long, May)] = &[
    // What is said over the socket and to standard error.
    (libc::SYS_read, May::Always),
    (libc::SYS_write, May::Always),
    (libc::SYS_readv, May::Always),
    (libc::SYS_writev, May::Always),
    (libc::SYS_recvfrom, May::Always),
    (libc::SYS_sendto, May::Always),
    (libc::SYS_close, May::Always),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_poll, May::Always),
    (libc::SYS_ppoll, May::Always),
    // Memory.
    (libc::SYS_brk, May::Always),
    (libc::SYS_madvise, May::Always),
    (libc::SYS_mmap, May::WithoutExecution(2)),
    (libc::SYS_mprotect, May::WithoutExecution(2)),
    (libc::SYS_mremap, May::Always),
    (libc::SYS_munmap, May::Always),
    // One processor's instruction cache after another has written code; arm64 needs to be told.
    (libc::SYS_membarrier, May::WhileLoading),
    // Locks, time, chance.
    (libc::SYS_clock_gettime, May::Always),
    (libc::SYS_futex, May::Always),
    (libc::SYS_getrandom, May::Always),
    (libc::SYS_sched_getaffinity, May::Always),
    (libc::SYS_sched_yield, May::Always),
    // Traps of WebAssembly are signals, and so is an abort.
    (libc::SYS_restart_syscall, May::Always),
    (libc::SYS_rt_sigaction, May::Always),
    (libc::SYS_rt_sigprocmask, May::Always),
    (libc::SYS_rt_sigreturn, May::Always),
    (libc::SYS_sigaltstack, May::Always),
    (libc::SYS_tgkill, May::OnItself),
    // The process itself.
    (libc::SYS_exit, May::Always),
    (libc::SYS_exit_group, May::Always),
    (libc::SYS_getpid, May::Always),
    (libc::SYS_gettid, May::Always),
    (libc::SYS_prlimit64, May::ToRead),
    // What the second filter is installed with.
    (libc::SYS_prctl, May::WhileLoadingWith(libc::PR_SET_NO_NEW_PRIVS as u64)),
    (libc::SYS_seccomp, May::WhileLoadingWith(libc::SECCOMP_SET_MODE_FILTER as u64)),
];

impl May {
    fn holds(self, phase: Phase) -> bool {
        phase == Phase::Loading || !matches!(self, Self::WhileLoading | Self::WhileLoadingWith(_))
    }

    /// What must hold of the arguments; nothing if the number alone decides.
    fn conditions(self, phase: Phase) -> Result<Vec<SeccompCondition>, seccompiler::BackendError> {
        const EXEC: u64 = libc::PROT_EXEC as u64;
        match self {
            Self::Always | Self::WhileLoading => Ok(Vec::new()),
            Self::WithoutExecution(_) if phase == Phase::Loading => Ok(Vec::new()),
            Self::WithoutExecution(place) => one(place, Len::Qword, Op::MaskedEq(EXEC), 0),
            Self::WhileLoadingWith(value) => one(0, Len::Dword, Op::Eq, value),
            Self::OnItself => one(0, Len::Dword, Op::Eq, u64::from(std::process::id())),
            Self::ToRead => Ok([one(0, Len::Dword, Op::Eq, 0)?, one(2, Len::Qword, Op::Eq, 0)?]
                .into_iter()
                .flatten()
                .collect()),
        }
    }
}

fn one(place: u8, len: Len, op: Op, value: u64) -> Result<Vec<SeccompCondition>, seccompiler::BackendError> {
    Ok(vec![SeccompCondition::new(place, len, op, value)?])
}

fn compile(phase: Phase) -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules = BTreeMap::new();
    for (call, may) in CALLS.iter().filter(|(_, may)| may.holds(phase)) {
        let conditions = may.conditions(phase)?;
        let rule = if conditions.is_empty() { vec![] } else { vec![SeccompRule::new(conditions)?] };
        rules.insert(*call, rule);
    }
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, arch)?.try_into()
}
