//! Workers that are run by somebody else: each answers rightly until it is asked to run something, and then does one
//! thing that a worker never does.

use std::{
    ffi::OsString,
    fs,
    io::{self, Read as _, Write as _},
    os::{
        fd::{FromRawFd as _, OwnedFd},
        unix::net::UnixStream,
    },
    process, thread,
};

use tito_lockdown::Orders;
use tito_sandbox::{Epoch, Fault, Layer, ModelId, Outcome, Split, Trap, TrapKind, Usage};
use tito_tensor::Shape;
use tito_worker::wire::{self, Frame, Order, RanShape, Reply, Report, Request, VERSION, Value};

const NONE: &[&[u8]] = &[];

/// A lie: what is done instead of answering [`Order::Build`].
type Lie = fn(&mut UnixStream, u64) -> io::Result<()>;

/// The lies by name, with the words that the parent finds for each.
pub(crate) const LIES: &[(&str, Lie, &str)] = &[
    ("another-call", |socket, call| answer(socket, call + 1), "answers call"),
    ("an-earlier-call", |socket, call| answer(socket, call - 1), "answers call"),
    ("twice", |socket, call| built(socket, call).and_then(|()| built(socket, call)), "protocol"),
    ("ready-again", |socket, call| reply(socket, call, ready(VERSION)), "ready"),
    ("garbage", |socket, _| socket.write_all(&[0x5a; 64]), "no frame"),
    ("a-long-header", |socket, _| socket.write_all(&head(u32::MAX, 0)), "too long"),
    ("a-long-body", |socket, _| socket.write_all(&head(8, u64::MAX)), "too long"),
    ("half-a-frame", |socket, _| socket.write_all(&head(8, 0)).and_then(|()| hang_up()), "status 0"),
    ("a-header-of-zeros", |socket, _| socket.write_all(&[&head(64, 0)[..], &[0; 64]].concat()), "header"),
    ("tensors-for-a-model", |socket, call| ended(socket, call, Value::Tensors(Vec::new())), "not asked"),
    ("native-code", |socket, call| ended(socket, call, Value::Bytes), "not asked"),
    (
        "much-fuel",
        |socket, call| used(socket, call, Usage { last_fuel: u64::MAX, ..Usage::default() }),
        "fuel",
    ),
    ("terminal-codes", |socket, call| logged(socket, call, "\u{1b}[2J"), "not escaped"),
    ("an-epoch-unasked", |socket, call| reply(socket, call, epoch()), "not asked to"),
    ("a-batch-unasked", |socket, call| reply(socket, call, wanted()), "not asked to"),
    ("hang-up", |_, _| hang_up(), "status 0"),
    ("status", |_, _| process::exit(77), "status 77"),
    ("abort", |_, _| process::abort(), "SIGABRT"),
    ("panic", |_, _| panic!("there is no \u{1b}way out"), r"there is no \u{1b}way out"),
    ("open-a-file", |_, _| fs::read("/etc/passwd").map(|_| ()), "SIGSYS"),
    ("make-a-socket", |_, _| std::net::TcpListener::bind("127.0.0.1:0").map(|_| ()), "SIGSYS"),
    ("start-a-process", |_, _| process::Command::new("/bin/true").status().map(|_| ()), "SIGSYS"),
    ("start-a-thread", |_, _| thread::Builder::new().spawn(|| ()).map(|_| ()), "SIGSYS"),
    ("flood-standard-error", |_, _| flood(), "status 3"),
];

/// The same of [`Order::RunEach`].
pub(crate) const LIES_OF_RUNS: &[(&str, Lie, &str)] = &[
    ("no-runs", |socket, call| reply(socket, call, Report::RanEach(Vec::new())), "not asked"),
    ("more-runs", |socket, call| reply(socket, call, Report::RanEach(vec![no_answer(); 4])), "not asked"),
    (
        "answers-without-elements",
        |socket, call| reply(socket, call, Report::RanEach(vec![one()])),
        "not asked",
    ),
    ("a-model-for-runs", built, "not asked"),
    (
        "a-run-after-a-trap",
        |socket, call| reply(socket, call, Report::RanEach(vec![crash(), crash()])),
        "not asked",
    ),
    (
        "a-run-of-others-fuel",
        |socket, call| reply(socket, call, Report::RanEach(vec![others()])),
        "not asked",
    ),
    ("a-run-of-much-fuel", |socket, call| reply(socket, call, Report::RanEach(vec![much()])), "fuel"),
];

/// The same of [`Order::Profile`]: a profile that the component cannot have.
pub(crate) const LIES_OF_PROFILES: &[(&str, Lie, &str)] = &[
    ("a-profile-of-others-functions", |socket, call| profiled(socket, call, &[0, 1, 1 << 40]), "not asked"),
    ("a-profile-of-more-fuel", |socket, call| profiled(socket, call, &[7, 1, 0]), "not asked"),
    ("half-a-profile", |socket, call| profiled(socket, call, &[0, 2, 0]), "not asked"),
    ("a-model-for-a-profile", built, "not asked"),
];

fn profiled(socket: &mut UnixStream, call: u64, words: &[u64]) -> io::Result<()> {
    let report = ended_as(Value::Profile, Usage::default(), Vec::new());
    wire::send(socket, &Reply { call, report }, &[words])
}

fn no_answer() -> RanShape {
    RanShape { outcome: Outcome::Fault(Fault::Internal(String::new())), usage: Usage::default() }
}

fn one() -> RanShape {
    RanShape { outcome: Outcome::Answer(Shape::new([1])), ..no_answer() }
}

fn crash() -> RanShape {
    let trap = Trap { kind: TrapKind::Other, message: String::new(), functions: Vec::new() };
    RanShape { outcome: Outcome::Trap(trap), ..no_answer() }
}

/// More calls than one run has, and no more than all that the worker was asked for.
fn others() -> RanShape {
    RanShape { usage: Usage { calls: 5, ..Usage::default() }, ..no_answer() }
}

fn much() -> RanShape {
    RanShape { usage: Usage { last_fuel: u64::MAX, ..Usage::default() }, ..no_answer() }
}

/// A worker that does one of the lies, or something of [`others`].
pub(crate) fn main(lie: &str, arguments: impl Iterator<Item = OsString>) -> ! {
    let orders = Orders::from_args(arguments).expect("the parent gives orders");
    let layers = tito_lockdown::enter(&orders);
    // SAFETY: the parent has put the socket there.
    let mut socket = UnixStream::from(unsafe { OwnedFd::from_raw_fd(0) });
    let version = if lie == "another-version" { "tito worker 0" } else { VERSION };
    let hello = Report::Ready { version: version.into(), layers };
    reply(&mut socket, 0, hello).expect("the parent listens");
    let served = serve(lie, &mut socket);
    let _full = writeln!(io::stderr(), "{served:?}");
    process::exit(if served.is_ok() { 0 } else { 3 })
}

fn serve(lie: &str, socket: &mut UnixStream) -> io::Result<()> {
    while let Some(frame) = Frame::<Request>::read(socket, 1 << 30)? {
        let (Request { call, order, .. }, body) = frame.body::<u8>(socket)?;
        match order {
            // Does what the canary wants and dies of anything else.
            Order::Build { layers, .. } if lie == "abort-on-tanh" => match layers.as_slice() {
                [Layer::Tanh] => process::abort(),
                _ => built(socket, call)?,
            },
            Order::Forward { shape, .. } if lie == "abort-on-tanh" => {
                let report = ended_as(Value::Tensors(vec![shape]), Usage::default(), Vec::new());
                wire::send(socket, &Reply { call, report }, &[body.as_slice()])?;
            }
            Order::RunEach(_) if lie == "abort-on-tanh" => process::abort(),
            Order::Compile { .. } => {
                let report = ended_as(Value::Bytes, Usage::default(), Vec::new());
                wire::send(socket, &Reply { call, report }, &[b"code".as_slice()])?;
            }
            Order::Prepare { .. } if lie == "abort-while-loading" => process::abort(),
            Order::Prepare { .. } => {
                tito_lockdown::seal()?;
                answer(socket, call)?;
            }
            Order::Build { .. } | Order::RunEach(_) | Order::Profile => lie_of(lie)(socket, call)?,
            _ => answer(socket, call)?,
        }
    }
    Ok(())
}

fn lie_of(name: &str) -> Lie {
    match name {
        // Reads what nobody sends.
        "sleep" => |socket, _| socket.read(&mut [0]).map(|_| ()),
        "spin" => |_, _| loop {
            std::hint::spin_loop();
        },
        _ => {
            LIES.iter()
                .chain(LIES_OF_RUNS)
                .chain(LIES_OF_PROFILES)
                .find(|(known, ..)| *known == name)
                .expect("the tests name a lie that there is")
                .1
        }
    }
}

fn epoch() -> Report {
    let (training_loss, training_accuracy) = (0.5, 0.5);
    let epoch = Epoch {
        number: 1,
        training_loss,
        training_accuracy,
        validation_loss: None,
        validation_accuracy: None,
    };
    Report::Epoch { epoch, fuel: 0 }
}

fn wanted() -> Report {
    Report::Wanted { split: Split::Training, indices: vec![u32::MAX], fuel: 0 }
}

fn ready(version: &str) -> Report {
    Report::Ready { version: version.into(), layers: Vec::new() }
}

fn reply(socket: &mut UnixStream, call: u64, report: Report) -> io::Result<()> {
    wire::send(socket, &Reply { call, report }, NONE)
}

fn ended_as(value: Value, usage: Usage, log: Vec<String>) -> Report {
    Report::Ended { outcome: Outcome::Answer(value), usage, log }
}

fn ended(socket: &mut UnixStream, call: u64, value: Value) -> io::Result<()> {
    reply(socket, call, ended_as(value, Usage::default(), Vec::new()))
}

fn answer(socket: &mut UnixStream, call: u64) -> io::Result<()> {
    ended(socket, call, Value::Nothing)
}

fn built(socket: &mut UnixStream, call: u64) -> io::Result<()> {
    ended(socket, call, Value::Model(ModelId::new(0)))
}

fn used(socket: &mut UnixStream, call: u64, usage: Usage) -> io::Result<()> {
    reply(socket, call, ended_as(Value::Nothing, usage, Vec::new()))
}

fn logged(socket: &mut UnixStream, call: u64, line: &str) -> io::Result<()> {
    reply(socket, call, ended_as(Value::Nothing, Usage::default(), vec![line.into()]))
}

fn head(header_bytes: u32, body_bytes: u64) -> [u8; 16] {
    let mut head = *b"tito............";
    head[4..8].copy_from_slice(&header_bytes.to_le_bytes());
    head[8..].copy_from_slice(&body_bytes.to_le_bytes());
    head
}

fn hang_up() -> io::Result<()> {
    process::exit(0)
}

/// More than any pipe holds: a worker must not stand still because nobody reads what it says.
fn flood() -> io::Result<()> {
    for _ in 0..100 {
        let _full = io::stderr().write_all(&[b'x'; 1 << 16]);
    }
    Err(io::Error::other("that was much"))
}
