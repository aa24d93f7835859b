//! From one process to two: the clone, and what the child does before its program runs.
//!
//! As in `posix_spawn`, the child borrows our memory and the calling thread stands still until it has a program of
//! its own (`CLONE_VM`, `CLONE_VFORK`): nothing is copied, however big we are, and what fails in the child is written
//! down where we can read it. Other threads of ours run on meanwhile and may hold any lock, so the child makes system
//! calls and nothing else; everything it needs is allocated before.

use std::{
    cell::Cell,
    convert::Infallible,
    ffi::{CStr, CString},
    io,
    os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd},
    ptr,
};

use libc::{c_char, c_int, c_uint, c_void};

use crate::{
    checked::{checked, noted},
    process::Process,
};

/// Everything that the child needs, allocated before there is a child.
pub(crate) struct Birth {
    /// `CLONE_NEW*`.
    pub(crate) namespaces: c_int,
    /// What to write to `/proc/self` so that the child is root of its user namespace; nothing where it has none.
    pub(crate) identity: Vec<(CString, Vec<u8>)>,
    /// What to run; nothing for a child that is to end when it is born, with status 0.
    pub(crate) program: Option<Exec>,
}

/// A program, how it is called, its three descriptors, and the stack that it starts with.
pub(crate) struct Exec {
    pub(crate) path: CString,
    pub(crate) argv: Vec<CString>,
    pub(crate) stdin: OwnedFd,
    pub(crate) stdout: OwnedFd,
    pub(crate) stderr: OwnedFd,
    pub(crate) stack: libc::rlimit,
}

/// The child's part of the bargain, in memory that both see.
struct Delivery<'a> {
    birth: &'a Birth,
    argv: Vec<*const c_char>,
    /// What the child could not do, and `errno`.
    failed: Cell<Option<(&'static str, c_int)>>,
}

/// Makes the child. To be called in the nursery alone, which blocks all signals and outlives the child.
///
/// # Errors
///
/// If the kernel makes no process, or if the child failed before its program ran; then it is gone already.
pub(crate) fn deliver(birth: &Birth) -> io::Result<Process> {
    let delivery = Delivery { birth, argv: pointers(birth), failed: Cell::new(None) };
    let child = clone(birth.namespaces, &delivery)?;
    match delivery.failed.get() {
        None => Ok(child),
        Some((doing, errno)) => noted(doing, Err(io::Error::from_raw_os_error(errno))),
    }
}

fn pointers(birth: &Birth) -> Vec<*const c_char> {
    let args = birth.program.iter().flat_map(|exec| &exec.argv);
    args.map(|arg| arg.as_ptr()).chain([ptr::null()]).collect()
}

fn clone(namespaces: c_int, delivery: &Delivery<'_>) -> io::Result<Process> {
    const STACK: usize = 64 << 10;
    let mut stack = Vec::<u128>::with_capacity(STACK / size_of::<u128>());
    let mut pidfd: c_int = -1;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD | namespaces;
    // SAFETY: The child runs on the upper end of a stack of its own. That, the delivery and `pidfd` outlive its use of
    // them, because this thread stands still until the child has another memory or none. Until then it makes
    // nothing but system calls (see `be_born`).
    let pid = checked(unsafe {
        let top = stack.as_mut_ptr().add(stack.capacity());
        libc::clone(child, top.cast(), flags, ptr::from_ref(delivery).cast_mut().cast(), &raw mut pidfd)
    })?;
    // SAFETY: `CLONE_PIDFD` made this descriptor for us.
    Ok(Process::new(pid, unsafe { OwnedFd::from_raw_fd(pidfd) }))
}

extern "C" fn child(delivery: *mut c_void) -> c_int {
    // SAFETY: `clone` passes this pointer to a delivery that outlives the child's stay in this memory.
    let delivery = unsafe { &*delivery.cast::<Delivery<'_>>() };
    let Err(Unborn) = delivery.be_born();
    0
}

/// The child is to end: with an error, or as it was told.
struct Unborn;

impl Delivery<'_> {
    fn be_born(&self) -> Result<Infallible, Unborn> {
        // SAFETY: A plain system call.
        self.must("leave the terminal's session", unsafe { libc::setsid() })?;
        self.become_root()?;
        // SAFETY: A plain system call.
        self.must("have it die with us", unsafe {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0)
        })?;
        let Some(exec) = &self.birth.program else { return Err(Unborn) };
        self.keep_three_descriptors(exec)?;
        // SAFETY: The call reads the limit, which the birth owns.
        self.must("bound its stack", unsafe { libc::setrlimit(libc::RLIMIT_STACK, &raw const exec.stack) })?;
        self.check_parent_lives()?;
        reset_signals();
        let empty_environment = [ptr::null::<c_char>()];
        // SAFETY: The path and the arguments are C strings and the lists end with null; the birth owns them.
        self.must("run it", unsafe {
            libc::execve(exec.path.as_ptr(), self.argv.as_ptr(), empty_environment.as_ptr())
        })?;
        Err(Unborn)
    }

    fn become_root(&self) -> Result<(), Unborn> {
        for (path, text) in &self.birth.identity {
            self.must("become root of its user namespace", write_file(path, text))?;
        }
        Ok(())
    }

    /// None of the three is below 3, because the Rust runtime opens what it finds closed there at the start; so none
    /// is overwritten before it is used. The copies are not closed when the program runs.
    fn keep_three_descriptors(&self, exec: &Exec) -> Result<(), Unborn> {
        for (from, to) in [(&exec.stdin, 0), (&exec.stdout, 1), (&exec.stderr, 2)] {
            // SAFETY: A plain system call.
            self.must("give it its three descriptors", unsafe { libc::dup2(from.as_raw_fd(), to) })?;
        }
        // SAFETY: What is closed are the child's copies, which nothing of its own uses.
        let closed = unsafe { libc::syscall(libc::SYS_close_range, 3 as c_uint, c_uint::MAX, 0 as c_uint) };
        self.must("close every other descriptor", if closed == 0 { 0 } else { -1 })
    }

    /// A parent that died before the child asked to die with it left a socket that nobody holds.
    fn check_parent_lives(&self) -> Result<(), Unborn> {
        let mut socket = libc::pollfd { fd: 0, events: 0, revents: 0 };
        // SAFETY: The call writes to a local.
        unsafe { libc::poll(&raw mut socket, 1, 0) };
        if socket.revents & libc::POLLHUP == 0 { Ok(()) } else { Err(Unborn) }
    }

    /// Writes down what could not be done, if the call failed.
    fn must(&self, doing: &'static str, returned: c_int) -> Result<(), Unborn> {
        if returned != -1 {
            return Ok(());
        }
        // SAFETY: `errno` of the calling thread, which stands still.
        self.failed.set(Some((doing, unsafe { *libc::__errno_location() })));
        Err(Unborn)
    }
}

/// Writes a file of `/proc` by system calls alone; -1 and `errno` if that fails.
fn write_file(path: &CStr, text: &[u8]) -> c_int {
    // SAFETY: The path is a C string, and the bytes are as many as is said.
    unsafe {
        let file = libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if file == -1 {
            return -1;
        }
        let written = libc::write(file, text.as_ptr().cast(), text.len());
        // A failed write leaves its reason in `errno`, which closing a file does not touch.
        libc::close(file);
        if written == -1 { -1 } else { 0 }
    }
}

/// Undoes what the nursery and the program around it made of signals, which a new program would inherit: all
/// are answered as the system does, and none is blocked.
fn reset_signals() {
    const LAST: c_int = 64;
    // SAFETY: An action that is all zeros is the default action without flags; the numbers that no action can be set
    // for are refused. The calls read locals.
    unsafe {
        let default: libc::sigaction = std::mem::zeroed();
        for signal in 1..=LAST {
            libc::sigaction(signal, &raw const default, ptr::null_mut());
        }
        let mut none = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut());
    }
}
