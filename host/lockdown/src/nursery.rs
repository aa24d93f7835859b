//! The thread whose children all workers are.
//!
//! The kernel kills a worker when its parent dies, and by parent it means the thread that made it
//! (`PR_SET_PDEATHSIG`). So one thread makes them all, and lives as long as the process.

use std::{
    ptr,
    sync::{
        OnceLock,
        mpsc::{Sender, channel},
    },
    thread,
};

type Work = Box<dyn FnOnce() + Send>;

/// Does this work on the nursery's thread and waits for what comes of it.
pub(crate) fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    static NURSERY: OnceLock<Sender<Work>> = OnceLock::new();
    let (reply, answer) = channel();
    let work = move || reply.send(work()).expect("whoever asked is waiting below");
    NURSERY.get_or_init(start).send(Box::new(work)).expect("the nursery lives as long as the process");
    answer.recv().expect("work in the nursery does not panic")
}

fn start() -> Sender<Work> {
    let (sender, works) = channel::<Work>();
    keep_the_dead();
    let live = move || {
        block_signals();
        works.iter().for_each(|work| work());
    };
    thread::Builder::new()
        .name("tito-nursery".to_owned())
        .spawn(live)
        .expect("a process that has room for workers has room for a thread");
    sender
}

/// A process inherits from whoever started it that its dead children are not worth waiting for; then the kernel buries
/// them at once, and nobody learns how a worker ended.
fn keep_the_dead() {
    // SAFETY: An action that is all zeros is the default action without flags. The calls read and write locals.
    unsafe {
        let default: libc::sigaction = std::mem::zeroed();
        let mut found = default;
        libc::sigaction(libc::SIGCHLD, ptr::null(), &raw mut found);
        if found.sa_sigaction == libc::SIG_IGN || found.sa_flags & libc::SA_NOCLDWAIT != 0 {
            libc::sigaction(libc::SIGCHLD, &raw const default, ptr::null_mut());
        }
    }
}

/// Between its birth and its program a worker shares our memory, so no handler of ours may run in it.
fn block_signals() {
    // SAFETY: The set is initialised by `sigfillset` before it is used, and both calls only read and write it.
    unsafe {
        let mut all = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, ptr::null_mut());
    }
}
