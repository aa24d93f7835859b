//! The parent's side: a worker process, and what can be asked of it and done to it.

use std::{
    ffi::{CString, OsString},
    fs::File,
    io::{self, PipeReader, PipeWriter, Read as _},
    os::{
        fd::{AsFd as _, AsRawFd as _, BorrowedFd},
        unix::{ffi::OsStringExt as _, net::UnixStream},
    },
    ptr,
    time::{Duration, Instant},
};

use libc::{c_int, c_short};

use crate::{
    Bounds, Death, End, Layer, LayerState, Orders, Program,
    birth::{Birth, Exec, deliver},
    cgroup::Group,
    checked::checked,
    end::last_words,
    limits, namespaces, nursery,
    process::Process,
};

/// A worker process. Dropping it kills it and leaves nothing behind.
#[derive(Debug)]
pub struct Child {
    // The process goes before its cgroup, which can only be removed once it is empty.
    process: Process,
    group: Option<Group>,
    cgroup: LayerState,
    socket: UnixStream,
    stderr: PipeReader,
}

/// What to wait for at a worker's socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Bytes to be read.
    Read,
    /// Room for bytes to be written.
    Write,
}

/// What was waited for, or came in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// There are bytes to be read, perhaps of a worker that has ended since.
    Readable,
    /// There is room for bytes to be written.
    Writable,
    /// The worker has ended, and everything that it wrote to its socket has been read.
    Ended,
    /// The time is over.
    TimedOut,
}

impl Child {
    /// Starts a worker: an empty environment, one end of a socket as its standard input, `/dev/null` as output, a pipe
    /// as standard error that never blocks it, no other descriptor, no terminal, and namespaces of its own where the
    /// system lets us. It dies when this process does. Nothing else is locked until it calls [`enter`](crate::enter).
    ///
    /// # Errors
    ///
    /// If the program cannot be run, or the system has no room for another process.
    pub fn spawn(program: &Program, bounds: &Bounds) -> io::Result<Self> {
        Self::spawn_with(program, bounds, &Layer::ALL)
    }

    /// Starts a worker in these namespaces alone, and in a cgroup if that is among the layers; for tests.
    #[doc(hidden)]
    pub fn spawn_with(program: &Program, bounds: &Bounds, layers: &[Layer]) -> io::Result<Self> {
        let doing = |e: io::Error| {
            io::Error::new(e.kind(), format!("cannot start the worker '{}': {e}", program.path.display()))
        };
        let (socket, stdin) = UnixStream::pair().map_err(doing)?;
        let (stderr, words) = unblocked_pipe().map_err(doing)?;
        let orders = Orders { bounds: *bounds, namespaces: namespaces::reports(layers) };
        let birth = birth(program, &orders, stdin, words).map_err(doing)?;
        let group = if layers.contains(&Layer::Cgroup) { Some(Group::make(bounds)) } else { None };
        let (process, group) = nursery::run(move || bear(&birth, group));
        let process = process.map_err(doing)?;
        let (group, cgroup) = state(group);
        Ok(Self { process, group, cgroup, socket, stderr })
    }

    /// This side of the socket whose other side is the worker's standard input.
    #[must_use]
    pub fn socket(&self) -> &UnixStream {
        &self.socket
    }

    /// Whether the worker is in a cgroup of its own; of the other layers it tells itself.
    #[must_use]
    pub fn cgroup(&self) -> &LayerState {
        &self.cgroup
    }

    /// Waits until the socket is ready, the worker has ended, or the time is over. Bytes to be read win over the end. A
    /// worker that has closed its socket is waited for until it ends.
    ///
    /// # Errors
    ///
    /// If the system cannot wait.
    pub fn wait(&self, interest: Interest, timeout: Duration) -> io::Result<Ready> {
        let deadline = Instant::now().checked_add(timeout);
        let mut sources =
            [pollfd(self.socket.as_fd(), interest.events()), pollfd(self.process.as_fd(), libc::POLLIN)];
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            match poll(&mut sources, left)? {
                Some(0) => return Ok(Ready::TimedOut),
                None => continue,
                Some(_) => {}
            }
            if sources[0].revents != 0 {
                if let Some(ready) = self.ready(interest, sources[0].revents) {
                    return Ok(ready);
                }
                // A negative descriptor is one that `poll` leaves out.
                sources[0].fd = -1;
            }
            if sources[1].revents != 0 {
                return Ok(self.bytes_left().unwrap_or(Ready::Ended));
            }
        }
    }

    /// Processor time so far, user and system, of all that the worker did since it was born.
    ///
    /// # Errors
    ///
    /// If it has ended.
    pub fn cpu_time(&self) -> io::Result<Duration> {
        self.process.cpu_time()
    }

    /// Kills the worker if it is still alive, and says how it ended.
    ///
    /// # Errors
    ///
    /// If somebody else in this process has waited for the worker, so that nobody can know.
    pub fn end(mut self) -> io::Result<End> {
        let mut process = [pollfd(self.process.as_fd(), libc::POLLIN)];
        let was_alive = poll(&mut process, Some(Duration::ZERO))? == Some(0);
        self.process.kill();
        let wait = self.process.reap()?;
        Ok(End {
            death: if was_alive { Death::Killed } else { Death::new(wait.status) },
            last_words: last_words(&self.written()),
            cpu_time: wait.cpu_time,
            cgroup_out_of_memory: self.group.as_ref().is_some_and(Group::ran_out),
        })
    }

    fn ready(&self, interest: Interest, events: c_short) -> Option<Ready> {
        match interest {
            // One whose other side is open is ready for bytes alone.
            Interest::Read if events == libc::POLLIN => Some(Ready::Readable),
            Interest::Read => self.bytes_left(),
            Interest::Write => (events & (libc::POLLHUP | libc::POLLERR) == 0).then_some(Ready::Writable),
        }
    }

    /// Whether there is anything in the socket: one whose other side is closed is ready, too, for nothing.
    fn bytes_left(&self) -> Option<Ready> {
        let mut byte = 0_u8;
        let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
        // SAFETY: The kernel writes at most one byte to a local.
        let read = unsafe { libc::recv(self.socket.as_raw_fd(), (&raw mut byte).cast(), 1, flags) };
        (read > 0).then_some(Ready::Readable)
    }

    /// What is in the pipe. Its writer is dead; should it have left a copy elsewhere, there is no waiting for it.
    fn written(&mut self) -> Vec<u8> {
        let mut written = Vec::new();
        // What was read until then is there whatever the error.
        let _ = self.stderr.read_to_end(&mut written);
        written
    }
}

impl Interest {
    fn events(self) -> c_short {
        match self {
            Self::Read => libc::POLLIN,
            Self::Write => libc::POLLOUT,
        }
    }
}

fn birth(program: &Program, orders: &Orders, stdin: UnixStream, words: PipeWriter) -> io::Result<Birth> {
    let path = c_string(program.path.clone().into_os_string())?;
    let args = program.args.iter().cloned().chain([orders.to_arg()]).map(c_string);
    let argv = [Ok(path.clone())].into_iter().chain(args).collect::<io::Result<_>>()?;
    let stdout = File::options().write(true).open("/dev/null")?.into();
    let stack = limits::early_stack(&orders.bounds)?;
    let exec = Exec { path, argv, stdin: stdin.into(), stdout, stderr: words.into(), stack };
    let flags = namespaces::flags(&orders.namespaces);
    Ok(Birth { namespaces: flags, identity: namespaces::identity(flags), program: Some(exec) })
}

/// Makes the worker in its cgroup, or without one where there is none.
fn bear(birth: &Birth, group: Option<io::Result<Group>>) -> (io::Result<Process>, Option<io::Result<Group>>) {
    match group {
        Some(Ok(group)) => {
            let (process, group) = group.bear(|| deliver(birth));
            (process, Some(group))
        }
        without => (deliver(birth), without),
    }
}

fn state(group: Option<io::Result<Group>>) -> (Option<Group>, LayerState) {
    match group {
        None => (None, LayerState::left_out()),
        Some(Err(why)) => (None, LayerState::Off(why.to_string())),
        Some(Ok(group)) => {
            let detail = group.describe();
            (Some(group), LayerState::On(detail))
        }
    }
}

fn c_string(text: OsString) -> io::Result<CString> {
    CString::new(text.into_vec()).map_err(io::Error::from)
}

/// A pipe at which neither side waits: the worker loses what is too much, and we do not wait for more.
fn unblocked_pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    for end in [reader.as_fd(), writer.as_fd()] {
        // SAFETY: A plain system call. A new pipe has no other flags of this kind.
        checked(unsafe { libc::fcntl(end.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) })?;
    }
    Ok((reader, writer))
}

fn pollfd(fd: BorrowedFd<'_>, events: c_short) -> libc::pollfd {
    libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 }
}

/// How many are ready; 0 when the time is over, nothing if a signal came in between.
fn poll(sources: &mut [libc::pollfd], timeout: Option<Duration>) -> io::Result<Option<c_int>> {
    let timeout = timeout.map(|timeout| libc::timespec {
        tv_sec: timeout.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    });
    let timeout = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
    let number = sources.len().try_into().expect("there are two sources at most");
    // SAFETY: The sources are as many as is said, and the time and they outlive the call.
    match checked(unsafe { libc::ppoll(sources.as_mut_ptr(), number, timeout, ptr::null()) }) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
        ready => ready.map(Some),
    }
}
