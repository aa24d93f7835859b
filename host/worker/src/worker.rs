//! The parent's side of one worker: starts it, asks it, and kills it when its time is over.

use std::{
    fmt,
    io::{self, BufReader, Read, Write},
    mem,
    sync::PoisonError,
    time::{Duration, Instant},
};

use tito_artifact::RunLimits;
use tito_lockdown::{Bounds, Child, End, Interest, LayerReport, Program, Ready};
use tito_sandbox::{Batch, HostError, Lesson, SharedCallbacks, Spent, escaped};

use crate::{
    checked::{self, Asked},
    wire::{self, Frame, Order, Reply, Report, Request, VERSION},
};

/// How long a worker may take to lock itself down.
const START: Duration = Duration::from_secs(10);

/// A call may last so many times the processor time that it is allowed, because the machine may be busy; and no less
/// than a minute.
const PATIENCE: u32 = 10;
const LEAST_PATIENCE: Duration = Duration::from_secs(60);

/// One worker process. Dropping it kills it.
pub(crate) struct Worker {
    child: Child,
    calls: u64,
    /// What guests were asked in these.
    asked: Asked,
    /// The processor time that it had taken when the last call ended.
    spent: Duration,
    layers: Vec<LayerReport>,
}

/// What one call may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    /// The worker's processor time.
    pub(crate) time: Duration,
    /// The body of what it answers.
    pub(crate) body_bytes: u64,
}

/// One call.
pub(crate) struct Call<'a, E> {
    /// Whether a fresh guest is launched for it.
    pub(crate) fresh: bool,
    pub(crate) order: Order,
    pub(crate) body: &'a [&'a [E]],
    pub(crate) allowance: Allowance,
    pub(crate) limits: &'a RunLimits,
    /// Where it is a run of training, whom it asks meanwhile.
    pub(crate) callbacks: Option<SharedCallbacks>,
}

/// How a call ended well: the last that the worker said, within the limits.
pub(crate) struct Answered<E> {
    pub(crate) report: Report,
    pub(crate) body: Vec<E>,
    /// The processor time that the worker took for it.
    pub(crate) time: Duration,
}

/// Why a call has no answer. The worker is of no use any more.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It took all the processor time that it may have.
    Deadline,
    /// The process died, stood still, or did not keep to the protocol; said in words. Whose doing that is, one
    /// cannot know: the submission's, if it has broken out of its sandbox, or somebody's who killed the process.
    Died(String),
    /// It could not map or allocate the memory that it wanted.
    OutOfMemory,
    /// The worker, well as it is, failed; ours.
    Host(HostError),
}

impl Worker {
    /// Starts a worker and waits until it is locked down.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or is not the worker of this tito.
    pub(crate) fn start(program: &Program, bounds: &Bounds) -> Result<Self, HostError> {
        let failed = |cause: String| HostError::new("cannot start a worker process", cause);
        let child = Child::spawn(program, bounds).and_then(|child| {
            child.socket().set_nonblocking(true)?;
            Ok(child)
        });
        let child = child.map_err(|error| failed(error.to_string()))?;
        let mut worker =
            Self { child, calls: 0, asked: Asked::default(), spent: Duration::ZERO, layers: Vec::new() };
        let allowance = Allowance { time: START, body_bytes: 0 };
        match worker.hear::<u8>(&Clock::new(allowance.time, Duration::ZERO), allowance) {
            Ok((Reply { call: 0, report: Report::Ready { version, layers } }, _)) if version == VERSION => {
                worker.layers = layers;
                Ok(worker)
            }
            Ok(_) => Err(failed(format!("it does not speak '{VERSION}': was the program replaced?"))),
            Err(error) => Err(failed(worker.stop(error).to_string())),
        }
    }

    /// What became of each layer of the lockdown.
    pub(crate) fn layers(&self) -> impl Iterator<Item = LayerReport> {
        let cgroup = LayerReport { layer: tito_lockdown::Layer::Cgroup, state: self.child.cgroup().clone() };
        self.layers.iter().cloned().chain([cgroup])
    }

    /// One call. What comes back has the form that the protocol wants, and figures that the limits allow.
    ///
    /// # Errors
    ///
    /// If there is no answer; the worker is then dead.
    pub(crate) fn call<E: bytemuck::NoUninit, A: bytemuck::AnyBitPattern + bytemuck::NoUninit>(
        mut self,
        call: Call<'_, E>,
    ) -> Result<(Self, Answered<A>), Stop> {
        match self.exchange(call) {
            Ok(Answered { report: Report::Failed { words }, .. }) => {
                Err(Stop::Host(HostError::new("a worker failed", escaped(&words))))
            }
            Ok(answered) => Ok((self, answered)),
            Err(error) => Err(self.stop(error)),
        }
    }

    fn exchange<E: bytemuck::NoUninit, A: bytemuck::AnyBitPattern + bytemuck::NoUninit>(
        &mut self,
        Call { fresh, order, body, allowance, limits, callbacks }: Call<'_, E>,
    ) -> io::Result<Answered<A>> {
        let clock = Clock::new(allowance.time, self.spent);
        self.calls += 1;
        self.asked.add(&order, fresh, limits);
        let lesson = match &order {
            Order::Fit { lesson, .. } => Some(lesson.clone()),
            _ => None,
        };
        let call = self.calls;
        self.tell(&clock, &Request { call, fresh, order }, body)?;
        loop {
            let (reply, body) = self.hear::<A>(&clock, allowance)?;
            if reply.call != call {
                return Err(wire::broken(format!("it answers call {}, not {call}", reply.call)));
            }
            checked::report(&reply.report, self.asked, limits).map_err(wire::broken)?;
            let report = match (reply.report, &lesson, &callbacks) {
                (report @ (Report::Epoch { .. } | Report::Wanted { .. }), Some(lesson), Some(callbacks)) => {
                    let (order, body) = self.answered(report, lesson, callbacks)?;
                    let body: Vec<_> = body.iter().map(Vec::as_slice).collect();
                    self.tell(&clock, &Request { call, fresh: false, order }, &body)?;
                    continue;
                }
                (Report::Epoch { .. } | Report::Wanted { .. }, ..) => {
                    return Err(wire::broken("it trains, and was not asked to"));
                }
                (report, ..) => report,
            };
            return Ok(Answered { report, body, time: self.took()? });
        }
    }

    /// What a submission is answered that asks for something while it trains.
    fn answered(
        &self,
        report: Report,
        lesson: &Lesson,
        callbacks: &SharedCallbacks,
    ) -> io::Result<(Order, [Vec<f32>; 2])> {
        let time = self.child.cpu_time()?.saturating_sub(self.spent);
        let mut callbacks = callbacks.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(match report {
            Report::Epoch { epoch, fuel } => {
                (Order::Go(callbacks.report(epoch, Spent { fuel, time })), Default::default())
            }
            Report::Wanted { split, indices, fuel } => {
                // Whoever asks for others has answered for itself already.
                lesson.admit(split, &indices).map_err(|fault| wire::broken(fault.to_string()))?;
                match callbacks.batch(split, &indices, Spent { fuel, time }) {
                    Ok(Batch { inputs, targets }) => {
                        let (shape, data) = inputs.into_parts();
                        (Order::Batch(Ok(shape)), [data, wire::bits(&targets)])
                    }
                    Err(fault) => (Order::Batch(Err(fault)), Default::default()),
                }
            }
            _ => unreachable!("nothing else is asked"),
        })
    }

    /// The processor time since the last call ended.
    fn took(&mut self) -> io::Result<Duration> {
        let before = mem::replace(&mut self.spent, self.child.cpu_time()?);
        Ok(self.spent.saturating_sub(before))
    }

    fn tell<E: bytemuck::NoUninit>(&self, clock: &Clock, request: &Request, body: &[&[E]]) -> io::Result<()> {
        wire::send(&mut Patient { child: &self.child, clock }, request, body)
    }

    fn hear<A: bytemuck::AnyBitPattern + bytemuck::NoUninit>(
        &self,
        clock: &Clock,
        allowance: Allowance,
    ) -> io::Result<(Reply, Vec<A>)> {
        clock.wait(&self.child, Interest::Read)?;
        let mut from = BufReader::new(Patient { child: &self.child, clock });
        let frame = Frame::<Reply>::read(&mut from, allowance.body_bytes)?;
        let reply = frame.ok_or(io::ErrorKind::UnexpectedEof)?.body(&mut from)?;
        // It may speak again once it is asked again.
        if from.buffer().is_empty() { Ok(reply) } else { Err(wire::broken("it says more than it was asked")) }
    }

    /// Ends the process, and says why the call has no answer.
    fn stop(self, error: io::Error) -> Stop {
        match error.downcast::<TimeIsOver>() {
            Ok(TimeIsOver::Processor) => Stop::Deadline,
            Ok(TimeIsOver::Clock) => {
                Stop::Died("it neither answered nor used the processor; is the machine well?".into())
            }
            Err(error) => match self.child.end() {
                Ok(end) => Self::died(&end, &error),
                Err(unknown) => Stop::Died(format!("nobody knows how it ended: {unknown}")),
            },
        }
    }

    fn died(end: &End, error: &io::Error) -> Stop {
        if end.cgroup_out_of_memory || end.last_words.contains("memory allocation of") {
            return Stop::OutOfMemory;
        }
        let said = match end.last_words.as_str() {
            "" => String::new(),
            words => format!("; it said: {}", escaped(words)),
        };
        Stop::Died(match error.kind() {
            io::ErrorKind::InvalidData => {
                format!("it did not keep to the protocol: {}{said}", escaped(&error.to_string()))
            }
            _ => format!("{}{said}", end.death),
        })
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline => f.write_str("it took too long"),
            Self::Died(words) => f.write_str(words),
            Self::OutOfMemory => f.write_str("it had no more memory"),
            Self::Host(error) => error.fmt(f),
        }
    }
}

/// When a call's time is over: by the processor time that the worker took, so that waiting for a busy machine is
/// nobody's fault, and long after that by the clock on the wall, because a process that sleeps takes none.
struct Clock {
    allowed: Duration,
    before: Duration,
    start: Instant,
}

/// Why a call was given up.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum TimeIsOver {
    #[error("the processor time is used up")]
    Processor,
    #[error("the wall clock says that it stands still")]
    Clock,
}

impl Clock {
    fn new(allowed: Duration, before: Duration) -> Self {
        Self { allowed, before, start: Instant::now() }
    }

    /// Waits until the socket is ready. What a process has used is less than what has passed, so that its clock is
    /// read only once the time might be over.
    fn wait(&self, child: &Child, interest: Interest) -> io::Result<()> {
        loop {
            let passed = self.start.elapsed();
            let left = match self.allowed.checked_sub(passed) {
                Some(left) if !left.is_zero() => left,
                _ => self.left(child, passed)?,
            };
            match child.wait(interest, left.max(Duration::from_millis(1)))? {
                Ready::Readable | Ready::Writable => return Ok(()),
                Ready::Ended => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ready::TimedOut => {}
            }
        }
    }

    fn left(&self, child: &Child, passed: Duration) -> io::Result<Duration> {
        let used = child.cpu_time()?.saturating_sub(self.before);
        match self.allowed.checked_sub(used) {
            None | Some(Duration::ZERO) => Err(io::Error::other(TimeIsOver::Processor)),
            Some(_) if passed > (PATIENCE * self.allowed).max(LEAST_PATIENCE) => {
                Err(io::Error::other(TimeIsOver::Clock))
            }
            Some(left) => Ok(left),
        }
    }
}

/// The socket of a worker, read and written under a clock.
struct Patient<'a> {
    child: &'a Child,
    clock: &'a Clock,
}

impl Patient<'_> {
    fn retried(
        &mut self,
        interest: Interest,
        mut act: impl FnMut(&Child) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            match act(self.child) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.clock.wait(self.child, interest)?;
                }
                other => return other,
            }
        }
    }
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.retried(Interest::Read, |child| child.socket().read(buffer))
    }
}

impl Write for Patient<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.retried(Interest::Write, |child| child.socket().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
