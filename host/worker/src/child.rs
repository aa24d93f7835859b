//! The child's side: locks itself down, then answers one call after the other.

use std::{
    error::Error,
    ffi::OsString,
    io::{self, BufReader, Write as _},
    os::fd::{FromRawFd as _, OwnedFd},
    os::unix::net::UnixStream,
    process,
    sync::{Arc, Mutex, PoisonError},
};

use tito_lockdown::Orders;
use tito_sandbox::{
    Batch, Callbacks, Called, Directive, Epoch, Fault, Guest, HostError, Launch, Loss, Mode, Outcome, Ran,
    Run, Spent, Split, Usage,
};
use tito_tensor::{Shape, Tensor};

use crate::{
    wire::{self, Frame, MORE_ELEMENTS, Order, RanShape, Reply, Report, Request, RunShapes, VERSION, Value},
    work::{Work, sealed},
};

/// No body is longer: a component, its native code, or the elements of a large batch.
const BODY_BYTES: u64 = 1 << 30;

/// What one reply tells of the log: with the most shapes that an answer has, it fits into a header.
const NEWS_BYTES: usize = 1 << 18;

/// What the length of a line takes in a header.
const LENGTH_BYTES: usize = 2;

/// Lives the life of a worker: locks itself down as `arguments` say, which [`Child::spawn`](tito_lockdown::Child)
/// wrote, and does `work` for whoever holds the other end of its standard input. Ends when that end is closed.
pub fn main(arguments: impl Iterator<Item = OsString>, work: &impl Work) -> ! {
    let Some(orders) = Orders::from_args(arguments) else {
        eprintln!("this command is for tito itself: it starts its workers with it");
        process::exit(2);
    };
    let layers = tito_lockdown::enter(&orders);
    // SAFETY: the parent has put the socket there, and nothing else in this process knows of it.
    let socket = UnixStream::from(unsafe { OwnedFd::from_raw_fd(0) });
    let channel = Arc::new(Mutex::new(Channel { socket: BufReader::new(socket), call: 0 }));
    let ready = Report::Ready { version: VERSION.into(), layers };
    let told = locked(&channel).reply(ready, &[] as &[&[u8]]);
    if let Err(error) = told.and_then(|()| serve(&channel, work)) {
        // Whoever reads this holds the other end of standard error.
        let _unread = writeln!(io::stderr(), "{error}");
        process::exit(3);
    }
    process::exit(0)
}

/// The socket, and the call that is being served.
struct Channel {
    socket: BufReader<UnixStream>,
    call: u64,
}

type Shared = Arc<Mutex<Channel>>;

fn locked(channel: &Shared) -> std::sync::MutexGuard<'_, Channel> {
    channel.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Channel {
    fn reply<E: bytemuck::NoUninit>(&mut self, report: Report, body: &[&[E]]) -> io::Result<()> {
        wire::send(self.socket.get_mut(), &Reply { call: self.call, report }, body)
    }

    /// The next request, whose body is still to be read; `None` where there will be none.
    fn next(&mut self) -> io::Result<Option<Frame<Request>>> {
        let frame = Frame::<Request>::read(&mut self.socket, BODY_BYTES)?;
        if let Some(frame) = &frame {
            self.call = frame.header.call;
        }
        Ok(frame)
    }
}

/// What a guest asks while it trains goes through the same socket.
struct Asking(Shared);

impl Asking {
    /// The answer to this, with its body. Without one there is nobody to serve any more.
    fn ask(&self, report: Report) -> (Order, Vec<f32>) {
        let mut channel = locked(&self.0);
        let call = channel.call;
        let answer = channel.reply(report, &[] as &[&[u8]]).and_then(|()| match channel.next()? {
            Some(frame) => frame.body::<f32>(&mut channel.socket),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        });
        match answer {
            Ok((request, body)) if request.call == call => (request.order, body),
            _ => process::exit(3),
        }
    }
}

impl Callbacks for Asking {
    fn report(&mut self, epoch: Epoch, spent: Spent) -> Directive {
        match self.ask(Report::Epoch { epoch, fuel: spent.fuel }) {
            (Order::Go(directive), _) => directive,
            _ => process::exit(3),
        }
    }

    fn batch(&mut self, split: Split, indices: &[u32], spent: Spent) -> Result<Batch, Fault> {
        match self.ask(Report::Wanted { split, indices: indices.to_vec(), fuel: spent.fuel }) {
            (Order::Batch(Ok(shape)), body) => match wire::with_targets(shape, body) {
                Ok((inputs, targets)) => Ok(Batch { inputs, targets }),
                Err(_) => process::exit(3),
            },
            (Order::Batch(Err(fault)), _) => Err(fault),
            _ => process::exit(3),
        }
    }
}

/// What a call gives: an outcome, with the elements of its tensors or the bytes of its code.
type Given = Called<(Value, Body)>;

enum Body {
    Tensors(Vec<Tensor>),
    Bytes(Vec<u8>),
    Tokens(Vec<u32>),
    Words(Vec<u64>),
}

/// A worker at work: what it has loaded, and the guest of which.
struct Serving<'a, W> {
    channel: &'a Shared,
    work: &'a W,
    launch: Option<Box<dyn Launch>>,
    guest: Option<Box<dyn Guest>>,
    /// How many lines of the guest's log were sent.
    logged: usize,
}

fn serve(channel: &Shared, work: &impl Work) -> io::Result<()> {
    let mut serving = Serving { channel, work, launch: None, guest: None, logged: 0 };
    loop {
        let Some(frame) = locked(channel).next()? else { return Ok(()) };
        if matches!(frame.header.order, Order::RunEach(_)) {
            serving.run_each(frame)?;
            continue;
        }
        let launched = if frame.header.fresh { serving.launched() } else { Ok(Outcome::Answer(())) };
        let given = serving.given(frame)?;
        match launched {
            Ok(Outcome::Answer(())) => serving.answer(given)?,
            Ok(other) => {
                let outcome = other.map(|()| Value::Nothing);
                locked(channel).reply(Report::NotLaunched { outcome }, &[] as &[&[u8]])?;
            }
            Err(error) => serving.answer(Err(error))?,
        }
    }
}

impl<W: Work> Serving<'_, W> {
    /// Serves one request.
    fn given(&mut self, frame: Frame<Request>) -> io::Result<Given> {
        let order = match &frame.header.order {
            Order::Compile { .. } | Order::Prepare { .. } | Order::Restore => return self.material(frame),
            Order::Load { .. }
            | Order::Forward { .. }
            | Order::Backward { .. }
            | Order::CrossEntropy { .. }
            | Order::MeanSquaredError { .. }
            | Order::Step { .. }
            | Order::Generate { .. } => return self.with_tensors(frame),
            _ => frame.body::<u8>(&mut locked(self.channel).socket)?.0.order,
        };
        Ok(match order {
            Order::Build { layers, seed } => {
                self.ask(|guest| guest.build(&layers, seed), |model| (Value::Model(model), Body::nothing()))
            }
            Order::Parameters { model } => self.ask(|guest| guest.parameters(model), answered),
            Order::Gradients { model } => self.ask(|guest| guest.gradients(model), answered),
            Order::ZeroGradients { model } => self.ask(|guest| guest.zero_gradients(model), |()| nothing()),
            Order::BuildOptimizer(spec) => self.ask(
                |guest| guest.build_optimizer(spec),
                |optimizer| (Value::Optimizer(optimizer), Body::nothing()),
            ),
            Order::Fit { model, lesson } => {
                let asking = Arc::new(Mutex::new(Asking(self.channel.clone())));
                self.ask(
                    |guest| guest.fit(model, &lesson, asking),
                    |history| (Value::History(history), Body::nothing()),
                )
            }
            Order::Save { model } => self.ask(|guest| guest.save(model), bytes),
            Order::Drop { model } => self.ask(|guest| guest.drop_model(model), |()| nothing()),
            Order::Profile => self
                .ask(|guest| guest.profile(), |profile| (Value::Profile, Body::Words(wire::words(&profile)))),
            _ => return Err(wire::broken("that is no request")),
        })
    }

    /// Requests whose body is a component, native code or a checkpoint.
    fn material(&mut self, frame: Frame<Request>) -> io::Result<Given> {
        let (request, bytes) = frame.body::<u8>(&mut locked(self.channel).socket)?;
        Ok(match request.order {
            Order::Compile { metering, limits } => sealed()
                .and_then(|()| self.work.compile(bytes, metering, &limits))
                .map(|outcome| outcome.map(self::bytes)),
            Order::Prepare { metering, limits } => {
                self.work.prepare(bytes, metering, &limits).and_then(|prepared| {
                    sealed()?;
                    Ok(prepared.map(|launch| {
                        self.launch = Some(launch);
                        nothing()
                    }))
                })
            }
            Order::Restore => {
                self.ask(|guest| guest.restore(&bytes), |model| (Value::Model(model), Body::nothing()))
            }
            _ => return Err(wire::broken("that request has no such body")),
        })
    }

    /// Requests whose body is the elements of tensors.
    fn with_tensors(&mut self, frame: Frame<Request>) -> io::Result<Given> {
        let (request, elements) = frame.body::<f32>(&mut locked(self.channel).socket)?;
        Ok(match request.order {
            Order::Load { model, shapes } => {
                let parameters = wire::tensors(shapes, elements)?;
                self.ask(|guest| guest.load(model, &parameters), |()| nothing())
            }
            Order::Forward { model, shape, training } => {
                let input = single(shape, elements)?;
                let mode = if training { Mode::Training } else { Mode::Inference };
                self.ask(|guest| guest.forward(model, &input, mode), |tensor| answered(vec![tensor]))
            }
            Order::Backward { model, shape } => {
                let gradient = single(shape, elements)?;
                self.ask(|guest| guest.backward(model, &gradient), |tensor| answered(vec![tensor]))
            }
            Order::CrossEntropy { shape } => {
                let (logits, targets) = wire::with_targets(shape, elements)?;
                self.ask(|guest| guest.cross_entropy(&logits, &targets), loss)
            }
            Order::MeanSquaredError { predictions, targets } => {
                let tensors = wire::tensors(vec![predictions, targets], elements)?;
                self.ask(|guest| guest.mean_squared_error(&tensors[0], &tensors[1]), loss)
            }
            Order::Step { optimizer, parameters, gradients } => {
                let count = parameters.len();
                let shapes = parameters.into_iter().chain(gradients).collect();
                let tensors = wire::tensors(shapes, elements)?;
                let (parameters, gradients) = tensors.split_at(count);
                self.ask(|guest| guest.step(optimizer, parameters, gradients), answered)
            }
            Order::Generate { model, prompt, count, sampling } => {
                let (prompt, draws) = wire::after_tokens(prompt, elements)?;
                self.ask(
                    |guest| guest.generate(model, &prompt, count, sampling, &draws),
                    |tokens| (Value::Tokens, Body::Tokens(tokens)),
                )
            }
            _ => return Err(wire::broken("that request has no such body")),
        })
    }

    fn launched(&mut self) -> Called<()> {
        Ok(self.launcher()?.launch()?.map(|guest| self.guest = Some(guest)))
    }

    /// What launches the next guest. The one before goes first: there is memory for one.
    fn launcher(&mut self) -> Result<&dyn Launch, HostError> {
        (self.guest, self.logged) = (None, 0);
        let launch = self.launch.as_deref();
        launch.ok_or_else(|| HostError::new("cannot launch a guest", "nothing was prepared"))
    }

    /// Serves [`Order::RunEach`].
    fn run_each(&mut self, frame: Frame<Request>) -> io::Result<()> {
        let (request, elements) = frame.body::<f32>(&mut locked(self.channel).socket)?;
        let Order::RunEach(runs) = request.order else { unreachable!("it was looked at") };
        let shapes = runs.iter().flat_map(|run| run.parameters.iter().chain(&run.inputs)).cloned().collect();
        let tensors = wire::tensors(shapes, elements)?;
        if runs.iter().any(|run| run.inputs.is_empty()) {
            return Err(wire::broken("a model is to be run on nothing"));
        }
        match self.launcher().and_then(|launch| ran(launch, &runs, &tensors)) {
            Ok((ran, answers)) => {
                let parts: Vec<_> = answers.iter().map(Tensor::data).collect();
                locked(self.channel).reply(Report::RanEach(ran), &parts)
            }
            Err(error) => self.answer(Err(error)),
        }
    }

    fn ask<T>(
        &mut self,
        ask: impl FnOnce(&mut dyn Guest) -> Called<T>,
        give: impl FnOnce(T) -> (Value, Body),
    ) -> Given {
        let guest = self.guest.as_mut();
        let guest = guest.ok_or_else(|| HostError::new("cannot ask a guest", "none was launched"))?;
        Ok(ask(guest.as_mut())?.map(give))
    }

    fn answer(&mut self, given: Given) -> io::Result<()> {
        let (outcome, body) = match given {
            Ok(Outcome::Answer((value, body))) => (Outcome::Answer(value), body),
            Ok(other) => (other.map(|(value, _)| value), Body::nothing()),
            Err(error) => {
                let failed = Report::Failed { words: chain(&error) };
                return locked(self.channel).reply(failed, &[] as &[&[u8]]);
            }
        };
        let report = Report::Ended { outcome, usage: self.usage(), log: self.news() };
        match &body {
            Body::Bytes(bytes) => locked(self.channel).reply(report, &[bytes.as_slice()]),
            Body::Words(words) => locked(self.channel).reply(report, &[words.as_slice()]),
            Body::Tokens(tokens) => locked(self.channel).reply(report, &[tokens.as_slice()]),
            Body::Tensors(tensors) => {
                let parts: Vec<_> = tensors.iter().map(Tensor::data).collect();
                locked(self.channel).reply(report, &parts)
            }
        }
    }

    fn usage(&self) -> Usage {
        self.guest.as_ref().map(|guest| guest.usage()).unwrap_or_default()
    }

    /// The lines of the log that were not sent yet, as many as fit into a header.
    fn news(&mut self) -> Vec<String> {
        let log = self.guest.as_ref().map_or(&[][..], |guest| guest.log());
        let news = fitting(log.get(self.logged..).unwrap_or_default());
        self.logged += news.len();
        news.to_vec()
    }
}

/// What becomes of these runs, up to one that ends its guest or with which the answers become many.
fn ran(
    launch: &dyn Launch,
    runs: &[RunShapes],
    mut tensors: &[Tensor],
) -> Result<(Vec<RanShape>, Vec<Tensor>), HostError> {
    let (mut all, mut answers, mut elements) = (Vec::new(), Vec::new(), 0);
    for RunShapes { layers, parameters, inputs } in runs {
        let (own, rest) = tensors.split_at(parameters.len() + inputs.len());
        let (parameters, inputs) = own.split_at(parameters.len());
        let Ran { outcome, usage } =
            Run { layers, parameters, inputs: inputs.iter().collect() }.of(launch)?;
        let is_over = matches!(outcome, Outcome::Trap(_) | Outcome::Limit(_));
        let outcome = outcome.map(|answer| {
            let shape = answer.shape().clone();
            elements += answer.data().len();
            answers.push(answer);
            shape
        });
        all.push(RanShape { outcome, usage });
        tensors = rest;
        if is_over || elements > MORE_ELEMENTS {
            break;
        }
    }
    Ok((all, answers))
}

/// The first lines that one reply can tell.
fn fitting(log: &[String]) -> &[String] {
    let mut bytes = 0;
    let fits = |line: &&String| {
        bytes += LENGTH_BYTES + line.len();
        bytes <= NEWS_BYTES
    };
    &log[..log.iter().take_while(fits).count()]
}

impl Body {
    fn nothing() -> Self {
        Self::Bytes(Vec::new())
    }
}

fn nothing() -> (Value, Body) {
    (Value::Nothing, Body::nothing())
}

fn bytes(bytes: Vec<u8>) -> (Value, Body) {
    (Value::Bytes, Body::Bytes(bytes))
}

fn loss(Loss { value, gradient }: Loss) -> (Value, Body) {
    let shape = gradient.shape().clone();
    (Value::Loss { value, shape }, Body::Tensors(vec![gradient]))
}

fn answered(tensors: Vec<Tensor>) -> (Value, Body) {
    (Value::Tensors(tensors.iter().map(|tensor| tensor.shape().clone()).collect()), Body::Tensors(tensors))
}

fn single(shape: Shape, elements: Vec<f32>) -> io::Result<Tensor> {
    Tensor::new(shape, elements).map_err(|error| wire::broken(error.to_string()))
}

/// An error with its causes, in one line.
fn chain(error: &HostError) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use tito_sandbox::{MOST_AXES, MOST_EPOCHS, MOST_INDICES, MOST_TENSORS};

    use super::*;

    /// The largest answer that a sandbox lets through, with this log: no line is lost, and no header is too long to
    /// be sent, which would be the worker's death by what a submission may do.
    #[track_caller]
    fn check(value: &Value, line: &str, lines: usize) {
        let log = vec![line.to_owned(); lines];
        let mut left = log.as_slice();
        while !left.is_empty() {
            let news = fitting(left);
            left = &left[news.len()..];
            let many = u64::MAX;
            let usage = Usage {
                calls: many,
                fuel: many,
                last_fuel: many,
                memory_bytes: many,
                peak_memory_bytes: many,
            };
            let report = Report::Ended { outcome: Outcome::Answer(value.clone()), usage, log: news.to_vec() };
            let mut sent = Vec::new();
            wire::send(&mut sent, &Reply { call: many, report }, &[] as &[&[u8]]).unwrap();
            let frame = Frame::<Reply>::read(&mut sent.as_slice(), 0).unwrap().unwrap();
            assert_eq!(frame.header.call, many);
            assert!(!news.is_empty());
        }
    }

    /// No elements, however many there are along the other axes.
    fn tensors() -> Value {
        let extents: Vec<u32> = [0].into_iter().chain(vec![u32::MAX; MOST_AXES - 1]).collect();
        Value::Tensors(vec![Shape::new(extents); MOST_TENSORS])
    }

    fn history() -> Value {
        let epoch = Epoch {
            number: u32::MAX,
            training_loss: f32::NAN,
            training_accuracy: f32::MAX,
            validation_loss: Some(f32::MIN),
            validation_accuracy: Some(1.0),
        };
        Value::History(vec![epoch; MOST_EPOCHS])
    }

    #[test]
    fn the_largest_answer_with_a_log_can_be_sent() {
        for value in [tensors(), history()] {
            check(&value, "", 200_000);
            check(&value, "x", 100_000);
            check(&value, &"x".repeat(512), 1_000);
            check(&value, &"x".repeat(5_120), 200);
        }
    }

    #[test]
    fn the_largest_batch_can_be_asked_for() {
        let wanted =
            Report::Wanted { split: Split::Training, indices: vec![u32::MAX; MOST_INDICES], fuel: u64::MAX };
        let reply = Reply { call: u64::MAX, report: wanted };
        wire::send(&mut Vec::new(), &reply, &[] as &[&[u8]]).unwrap();
    }
}
