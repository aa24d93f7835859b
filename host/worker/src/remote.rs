//! Guests in worker processes.

use std::{
    convert::Infallible,
    mem, panic,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use bytemuck::{AnyBitPattern, NoUninit};
use tito_artifact::RunLimits;
use tito_lockdown::Bounds;
use tito_sandbox::{
    Called, Epoch, Guest, HostError, Launch, Layer, Lesson, Limit, LimitKind, Loss, Metering, Mode, ModelId,
    OptimizerId, OptimizerSpec, Outcome, Profile, Ran, Run, Sampling, SharedCallbacks, Usage,
};
use tito_tensor::Tensor;

use crate::{
    crew::{Crew, MOMENT},
    deaths::Deaths,
    starter::Starter,
    wire::{self, Order, RanShape, Report, RunShapes, Value},
    worker::{Allowance, Answered, Call, Stop, Worker},
};

/// A worker that says something else is none of ours.
pub(crate) const NOT_ASKED: &str = "it answered what was not asked";

/// Loading what a compiler made takes milliseconds.
const LOADING: Duration = Duration::from_secs(10);

/// A compiled submission, whose guests live in worker processes: one process holds one guest at a time, serves the
/// next one if all went well, and is killed if not.
pub struct Remote {
    case: Arc<Case>,
}

/// What all guests of one submission share.
pub(crate) struct Case {
    starter: Starter,
    bounds: Bounds,
    metering: Metering,
    limits: RunLimits,
    code: Vec<u8>,
    crew: Crew,
    /// The one that is still starting, until somebody wants it.
    first: Mutex<Option<JoinHandle<Loaded>>>,
    /// Why the code does not load, once that is known.
    unloadable: OnceLock<Outcome<Infallible>>,
    deaths: Arc<Deaths>,
    /// How many functions each core module has, where guests are profiled.
    functions: Vec<u32>,
    /// The processor time of all calls, in nanoseconds.
    spent: AtomicU64,
    /// Whether the guests that were last run each took so little time that one waits for the other.
    is_quick: AtomicBool,
}

/// A worker that was asked to load the code, with its answer.
type Loaded = Result<Result<(Worker, Answered<u8>), Stop>, HostError>;

/// A guest in a worker process. It is launched with the first call to it, which saves a message there and back; what
/// becomes of that is the outcome of this call and all others.
struct RemoteGuest {
    case: Arc<Case>,
    life: Life,
    /// Whether the worker still has the guest before it: the first call launches.
    is_fresh: bool,
    usage: Usage,
    /// The worker's processor time for the last call, read from outside: nothing that it says is believed.
    time: Duration,
    log: Vec<String>,
}

enum Life {
    /// In this worker; it is away while it is asked.
    In(Option<Worker>),
    Over(Outcome<Infallible>),
}

impl Remote {
    /// The first worker starts on a thread of its own, while what it will be asked is drawn.
    ///
    /// # Errors
    ///
    /// If there is no room for a thread.
    pub(crate) fn new(case: Case) -> Result<Self, HostError> {
        let case = Arc::new(case);
        case.crew.enlist();
        let starting = case.clone();
        let first = thread::Builder::new()
            .name("tito-first-worker".into())
            .spawn(move || starting.load())
            .map_err(|error| HostError::new("cannot start a thread", error))?;
        *case.first() = Some(first);
        Ok(Self { case })
    }

    /// Does `work` until no worker dies of it: a first death lets it begin once more, a second one ends it.
    ///
    /// # Errors
    ///
    /// Those of the work, and [`Quarantined`](crate::Quarantined) as the cause of one where a second worker died.
    pub fn settled<T, E: From<HostError>>(&self, mut work: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        self.case.deaths.settled(&self.case.starter, || {
            self.case.spent.store(0, Ordering::Relaxed);
            work()
        })
    }
}

/// No process outlives its submission, nor does one that nobody came to want.
impl Drop for Remote {
    fn drop(&mut self) {
        let first = self.case.first().take();
        // What became of it is of no interest any more; a worker among it dies here.
        drop(first.map(JoinHandle::join));
    }
}

impl Launch for Remote {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        Ok(self.case.worker()?.map(|worker| {
            let (case, life) = (self.case.clone(), Life::In(Some(worker)));
            let (usage, time, log) = (Usage::default(), Duration::ZERO, Vec::new());
            Box::new(RemoteGuest { case, life, is_fresh: true, usage, time, log }) as _
        }))
    }

    fn run_each(&self, runs: &[Run<'_>]) -> Result<Vec<Ran>, HostError> {
        let mut all = Vec::with_capacity(runs.len());
        while let Some(rest) = runs.get(all.len()..).filter(|rest| !rest.is_empty()) {
            all.extend(self.case.run_some(&rest[..rest.len().min(self.at_once())])?);
        }
        Ok(all)
    }

    /// All that there are, where guests live so short that a message costs more.
    fn at_once(&self) -> usize {
        if self.case.is_quick.load(Ordering::Relaxed) { usize::MAX } else { 1 }
    }
}

impl Case {
    pub(crate) fn of(
        starter: Starter,
        bounds: Bounds,
        metering: Metering,
        limits: &RunLimits,
        code: Vec<u8>,
        functions: Vec<u32>,
        deaths: Arc<Deaths>,
    ) -> Self {
        let (limits, crew, first, unloadable) =
            (limits.clone(), Crew::default(), Mutex::default(), OnceLock::new());
        let (spent, is_quick) = (AtomicU64::new(0), AtomicBool::new(true));
        Self {
            starter,
            bounds,
            metering,
            limits,
            code,
            crew,
            first,
            unloadable,
            deaths,
            functions,
            spent,
            is_quick,
        }
    }

    /// A worker that has nothing to do, or a new one.
    fn worker(&self) -> Called<Worker> {
        if let Some(end) = self.unloadable.get() {
            return Ok(end.clone().map(|never| match never {}));
        }
        if let Some(crash) = self.deaths.outcome() {
            return Ok(crash);
        }
        let first = self.first().take();
        let loaded = match first {
            Some(first) => first.join().unwrap_or_else(|panic| panic::resume_unwind(panic)),
            None => match self.crew.hire() {
                Some(worker) => return Ok(Outcome::Answer(worker)),
                None => self.load(),
            },
        };
        let worker = loaded.and_then(|loaded| self.loaded(loaded));
        if !matches!(worker, Ok(Outcome::Answer(_))) {
            self.crew.bury();
        }
        worker
    }

    fn first(&self) -> MutexGuard<'_, Option<JoinHandle<Loaded>>> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a worker and has it load the code.
    fn load(&self) -> Loaded {
        let worker = self.starter.start(&self.bounds)?;
        let order = Order::Prepare { metering: self.metering, limits: self.limits.clone() };
        let allowance = Allowance { time: LOADING, body_bytes: 0 };
        let body = [self.code.as_slice()];
        let limits = &self.limits;
        let call = Call { fresh: false, order, body: &body, allowance, limits, callbacks: None };
        Ok(worker.call(call))
    }

    /// What became of loading. Code that does not load once does not load later.
    fn loaded(&self, loaded: Result<(Worker, Answered<u8>), Stop>) -> Called<Worker> {
        let outcome = match loaded {
            Ok((worker, Answered { report: Report::Ended { outcome, .. }, .. })) => match outcome {
                Outcome::Answer(Value::Nothing) => return Ok(Outcome::Answer(worker)),
                Outcome::Answer(_) => return self.deaths.note(NOT_ASKED),
                other => other.map(|_| unreachable!("it is no answer")),
            },
            Ok(_) => return self.deaths.note(NOT_ASKED),
            Err(Stop::Deadline) => self.stopped(Stop::Deadline, LOADING)?,
            Err(stop) => return self.stopped(stop, LOADING),
        };
        Ok(self.unloadable.get_or_init(|| outcome).clone().map(|never| match never {}))
    }

    /// One call.
    fn call<E: NoUninit, A: AnyBitPattern + NoUninit>(
        &self,
        worker: Worker,
        fresh: bool,
        Asking { order, body, callbacks }: Asking<'_, E>,
        time: Duration,
    ) -> Result<(Worker, Answered<A>), Stop> {
        let elements = self.limits.output_elements.saturating_add(wire::MORE_ELEMENTS as u64);
        let body_bytes = match order {
            Order::Profile => wire::PROFILE_BYTES,
            _ => elements.saturating_mul(4),
        };
        let allowance = Allowance { time, body_bytes };
        worker.call(Call { fresh, order, body, allowance, limits: &self.limits, callbacks })
    }

    /// The processor time that an order may take.
    fn allowed(&self, order: &Order) -> Duration {
        match order {
            Order::Fit { lesson, .. } => Duration::from_millis(lesson.budget.with_return(&self.limits).ms),
            order => self.deadline(order.calls()),
        }
    }

    /// Whether it trains a network on real data, for which there is time of its own.
    fn is_training(&self, order: &Order) -> bool {
        matches!(order, Order::Fit { lesson, .. } if lesson.budget.ms > self.limits.deadline_ms)
    }

    /// Takes this from the time for all calls.
    fn charge(&self, time: Duration) {
        self.spent.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
    }

    /// The time that so many calls in one message have together.
    fn deadline(&self, calls: u32) -> Duration {
        calls * Duration::from_millis(self.limits.deadline_ms)
    }

    /// What becomes of the first of these runs, or of more of them.
    fn run_some(&self, runs: &[Run<'_>]) -> Result<Vec<Ran>, HostError> {
        let without = |outcome| vec![Ran { outcome, usage: Usage::default() }];
        if self.is_spent() {
            return Ok(without(self.spent()));
        }
        let worker = match self.worker()? {
            Outcome::Answer(worker) => worker,
            other => return Ok(without(other.map(|_| unreachable!("an answer is a worker")))),
        };
        let runs = &runs[..few(runs)];
        let body: Vec<_> = runs.iter().flat_map(elements).collect();
        // No longer than one of them may take: a guest that takes long is asked alone.
        let time = self.deadline(runs.iter().map(Run::calls).max().unwrap_or_default());
        let order = Order::RunEach(runs.iter().map(RunShapes::from).collect());
        match self.call(worker, false, Asking::of(order, &body), time) {
            Ok((worker, answered)) => self.ran(worker, answered, runs),
            Err(stop) => {
                self.crew.bury();
                match stop {
                    // It is not known whose fault that was, so nobody is charged, and each is asked alone.
                    Stop::Deadline if runs.len() > 1 => {
                        self.is_quick.store(false, Ordering::Relaxed);
                        self.run_some(&runs[..1])
                    }
                    stop => {
                        self.charge(time);
                        Ok(without(self.stopped(stop, self.deadline(1))?))
                    }
                }
            }
        }
    }

    /// What a worker said that was asked for these runs.
    fn ran(&self, worker: Worker, answered: Answered<f32>, runs: &[Run<'_>]) -> Result<Vec<Ran>, HostError> {
        let Answered { report, body, time } = answered;
        self.charge(time);
        let ran = match report {
            Report::RanEach(ran) if self.can_be(&ran, runs) => wire::ran(ran, body).ok(),
            _ => None,
        };
        let Some(ran) = ran else {
            self.crew.bury();
            let outcome = self.deaths.note(NOT_ASKED)?;
            return Ok(vec![Ran { outcome, usage: Usage::default() }]);
        };
        self.is_quick.store(time < MOMENT * ran.len() as u32, Ordering::Relaxed);
        match ran.last().map(|ran| &ran.outcome) {
            Some(Outcome::Answer(_) | Outcome::Fault(_)) => self.crew.dismiss(worker),
            _ => self.crew.bury(),
        }
        Ok(ran)
    }

    /// Whether a worker can have run these so: the first of them, with one at least, each by a guest of its own, and none
    /// after one that ended its guest.
    fn can_be(&self, ran: &[RanShape], runs: &[Run<'_>]) -> bool {
        let Some((_, before)) = ran.split_last() else { return false };
        let goes_on = |ran: &RanShape| matches!(ran.outcome, Outcome::Answer(_) | Outcome::Fault(_));
        let is_own = |(ran, run): (&RanShape, &Run<'_>)| {
            let calls = u64::from(run.calls());
            let fuel = calls.saturating_mul(self.limits.fuel_per_call);
            ran.usage.calls <= calls && ran.usage.fuel <= fuel
        };
        ran.len() <= runs.len() && before.iter().all(goes_on) && ran.iter().zip(runs).all(is_own)
    }

    fn is_spent(&self) -> bool {
        self.spent.load(Ordering::Relaxed) > self.limits.total_ms.saturating_mul(1_000_000)
    }

    /// What becomes of every call once the time for all is spent.
    fn spent<T>(&self) -> Outcome<T> {
        Outcome::Limit(Limit { kind: LimitKind::Total, allowed: self.limits.total_ms })
    }

    /// What became of a call that has no answer.
    fn stopped<T>(&self, stop: Stop, time: Duration) -> Called<T> {
        match stop {
            Stop::Deadline => {
                let allowed = time.as_millis() as u64;
                Ok(Outcome::Limit(Limit { kind: LimitKind::Deadline, allowed }))
            }
            Stop::Host(error) => Err(error),
            stop => self.deaths.note(&stop.to_string()),
        }
    }
}

/// What a worker is asked, and whom it may ask meanwhile.
struct Asking<'a, E> {
    order: Order,
    body: &'a [&'a [E]],
    callbacks: Option<SharedCallbacks>,
}

impl<'a, E> Asking<'a, E> {
    fn of(order: Order, body: &'a [&'a [E]]) -> Self {
        Self { order, body, callbacks: None }
    }
}

impl RemoteGuest {
    /// One call; `take` makes the answer of what the worker answered, if it is what was asked for.
    fn ask<T>(
        &mut self,
        order: Order,
        body: &[&[f32]],
        take: impl FnOnce(Value, Vec<f32>) -> Option<T>,
    ) -> Called<T> {
        self.ask_all(Asking::of(order, body), take)
    }

    fn ask_all<E: NoUninit, A: AnyBitPattern + NoUninit, T>(
        &mut self,
        asking: Asking<'_, E>,
        take: impl FnOnce(Value, Vec<A>) -> Option<T>,
    ) -> Called<T> {
        let worker = match &mut self.life {
            Life::Over(end) => return Ok(end.clone().map(|never| match never {})),
            Life::In(worker) => worker.take(),
        };
        let worker = worker.ok_or_else(|| HostError::new("cannot ask a guest", "a call before it failed"))?;
        if let Some(crash) = self.case.deaths.outcome() {
            return Ok(self.over(crash));
        }
        if self.case.is_spent() {
            return Ok(self.over(self.case.spent()));
        }
        let fresh = mem::take(&mut self.is_fresh);
        let allowed = self.case.allowed(&asking.order);
        let is_training = self.case.is_training(&asking.order);
        let time = allowed + self.case.deadline(u32::from(fresh));
        match self.case.call(worker, fresh, asking, time) {
            Ok((worker, answered)) => {
                self.time = answered.time;
                self.case.charge(if is_training {
                    Duration::ZERO
                } else {
                    answered.time.min(self.case.deadline(1))
                });
                self.answered(worker, answered, take)
            }
            Err(stop) => {
                self.case.charge(self.case.deadline(1));
                let end = self.case.stopped(stop, allowed)?;
                Ok(self.over(end))
            }
        }
    }

    fn answered<A, T>(
        &mut self,
        worker: Worker,
        answered: Answered<A>,
        take: impl FnOnce(Value, Vec<A>) -> Option<T>,
    ) -> Called<T> {
        let Answered { report, body, .. } = answered;
        let (outcome, is_launched) = match report {
            Report::Ended { outcome, usage, log } => {
                self.usage = usage;
                let room = (self.case.limits.log_lines as usize).saturating_sub(self.log.len());
                self.log.extend(log.into_iter().take(room));
                (outcome.map(|value| take(value, body)), true)
            }
            Report::NotLaunched { outcome } => (outcome.map(|_| None), false),
            _ => (Outcome::Answer(None), false),
        };
        match outcome {
            Outcome::Answer(Some(answer)) => {
                self.life = Life::In(Some(worker));
                Ok(Outcome::Answer(answer))
            }
            Outcome::Answer(None) => {
                let end = self.case.deaths.note(NOT_ASKED)?;
                Ok(self.over(end))
            }
            // A component that cannot be launched stays so.
            Outcome::Fault(fault) if !is_launched => Ok(self.over(Outcome::Fault(fault))),
            Outcome::Fault(fault) => {
                self.life = Life::In(Some(worker));
                Ok(Outcome::Fault(fault))
            }
            Outcome::Trap(trap) => Ok(self.over(Outcome::Trap(trap))),
            Outcome::Limit(limit) => Ok(self.over(Outcome::Limit(limit))),
        }
    }

    /// The end of the guest, which every later call gives again.
    fn over<T>(&mut self, end: Outcome<Infallible>) -> Outcome<T> {
        self.log.clear();
        self.life = Life::Over(end.clone());
        end.map(|never| match never {})
    }
}

/// A guest that ended well leaves its worker to the next one.
impl Drop for RemoteGuest {
    fn drop(&mut self) {
        match mem::replace(&mut self.life, Life::In(None)) {
            Life::In(Some(worker)) => self.case.crew.dismiss(worker),
            _ => self.case.crew.bury(),
        }
    }
}

impl Guest for RemoteGuest {
    fn build(&mut self, layers: &[Layer], seed: u64) -> Called<ModelId> {
        self.ask(Order::Build { layers: layers.to_vec(), seed }, &[], |value, _| match value {
            Value::Model(model) => Some(model),
            _ => None,
        })
    }

    fn parameters(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        self.ask(Order::Parameters { model }, &[], tensors)
    }

    fn load(&mut self, model: ModelId, parameters: &[Tensor]) -> Called<()> {
        let shapes = parameters.iter().map(|tensor| tensor.shape().clone()).collect();
        let body: Vec<_> = parameters.iter().map(Tensor::data).collect();
        self.ask(Order::Load { model, shapes }, &body, nothing)
    }

    fn forward(&mut self, model: ModelId, input: &Tensor, mode: Mode) -> Called<Tensor> {
        let order = Order::Forward { model, shape: input.shape().clone(), training: mode == Mode::Training };
        self.ask(order, &[input.data()], tensor)
    }

    fn backward(&mut self, model: ModelId, output_gradient: &Tensor) -> Called<Tensor> {
        let order = Order::Backward { model, shape: output_gradient.shape().clone() };
        self.ask(order, &[output_gradient.data()], tensor)
    }

    fn gradients(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        self.ask(Order::Gradients { model }, &[], tensors)
    }

    fn zero_gradients(&mut self, model: ModelId) -> Called<()> {
        self.ask(Order::ZeroGradients { model }, &[], nothing)
    }

    fn cross_entropy(&mut self, logits: &Tensor, targets: &[u32]) -> Called<Loss> {
        let order = Order::CrossEntropy { shape: logits.shape().clone() };
        self.ask(order, &[logits.data(), &wire::bits(targets)], loss)
    }

    fn mean_squared_error(&mut self, predictions: &Tensor, targets: &Tensor) -> Called<Loss> {
        let shape = |tensor: &Tensor| tensor.shape().clone();
        let order = Order::MeanSquaredError { predictions: shape(predictions), targets: shape(targets) };
        self.ask(order, &[predictions.data(), targets.data()], loss)
    }

    fn build_optimizer(&mut self, spec: OptimizerSpec) -> Called<OptimizerId> {
        self.ask(Order::BuildOptimizer(spec), &[], |value, _| match value {
            Value::Optimizer(optimizer) => Some(optimizer),
            _ => None,
        })
    }

    fn step(
        &mut self,
        optimizer: OptimizerId,
        parameters: &[Tensor],
        gradients: &[Tensor],
    ) -> Called<Vec<Tensor>> {
        let body: Vec<_> = parameters.iter().chain(gradients).map(Tensor::data).collect();
        let [parameters, gradients] = [parameters, gradients]
            .map(|tensors| tensors.iter().map(|tensor| tensor.shape().clone()).collect::<Vec<_>>());
        self.ask(Order::Step { optimizer, parameters, gradients }, &body, tensors)
    }

    fn fit(&mut self, model: ModelId, lesson: &Lesson, callbacks: SharedCallbacks) -> Called<Vec<Epoch>> {
        let order = Order::Fit { model, lesson: lesson.clone() };
        let asking = Asking { order, body: &[] as &[&[u8]], callbacks: Some(callbacks) };
        self.ask_all(asking, |value, body: Vec<u8>| match value {
            Value::History(history) if body.is_empty() => Some(history),
            _ => None,
        })
    }

    fn save(&mut self, model: ModelId) -> Called<Vec<u8>> {
        let asking = Asking::of(Order::Save { model }, &[] as &[&[u8]]);
        self.ask_all(asking, |value, body| (value == Value::Bytes).then_some(body))
    }

    fn restore(&mut self, checkpoint: &[u8]) -> Called<ModelId> {
        self.ask_all(Asking::of(Order::Restore, &[checkpoint]), |value, _: Vec<u8>| match value {
            Value::Model(model) => Some(model),
            _ => None,
        })
    }

    fn generate(
        &mut self,
        model: ModelId,
        prompt: &[u32],
        count: u32,
        sampling: Sampling,
        draws: &[f32],
    ) -> Called<Vec<u32>> {
        let order = Order::Generate { model, prompt: prompt.len() as u32, count, sampling };
        self.ask_all(Asking::of(order, &[&wire::bits(prompt), draws]), |value, tokens: Vec<u32>| {
            (value == Value::Tokens).then_some(tokens)
        })
    }

    /// What was counted is told twice, and must be the same.
    fn profile(&mut self) -> Called<Profile> {
        let case = self.case.clone();
        let asking = Asking::of(Order::Profile, &[] as &[&[u8]]);
        let outcome = self.ask_all(asking, |value, words: Vec<u64>| match value {
            Value::Profile => wire::profile(&words, &case.functions).ok(),
            _ => None,
        })?;
        match outcome {
            Outcome::Answer(profile) if profile.fuel() != self.usage.fuel => {
                let end = self.case.deaths.note(NOT_ASKED)?;
                Ok(self.over(end))
            }
            outcome => Ok(outcome),
        }
    }

    fn drop_model(&mut self, model: ModelId) -> Called<()> {
        self.ask(Order::Drop { model }, &[], nothing)
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn last_time(&self) -> Duration {
        self.time
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

/// How many of these go into one message: as many as hold few elements together, and one at least.
fn few(runs: &[Run<'_>]) -> usize {
    let mut sum = 0;
    let is_small = |run: &&Run<'_>| {
        sum += elements(run).map(<[f32]>::len).sum::<usize>();
        sum <= wire::MORE_ELEMENTS
    };
    runs.iter().take_while(is_small).count().max(1)
}

/// What a message holds of a run.
fn elements<'a>(run: &'a Run<'_>) -> impl Iterator<Item = &'a [f32]> {
    run.parameters.iter().chain(run.inputs.iter().copied()).map(Tensor::data)
}

#[expect(clippy::needless_pass_by_value, reason = "the form in which an answer is taken")]
fn nothing(value: Value, body: Vec<f32>) -> Option<()> {
    (value == Value::Nothing && body.is_empty()).then_some(())
}

fn loss(value: Value, body: Vec<f32>) -> Option<Loss> {
    match value {
        Value::Loss { value, shape } => {
            Tensor::new(shape, body).ok().map(|gradient| Loss { value, gradient })
        }
        _ => None,
    }
}

fn tensor(value: Value, body: Vec<f32>) -> Option<Tensor> {
    let [tensor] = <[Tensor; 1]>::try_from(tensors(value, body)?).ok()?;
    Some(tensor)
}

fn tensors(value: Value, body: Vec<f32>) -> Option<Vec<Tensor>> {
    match value {
        Value::Tensors(shapes) => wire::tensors(shapes, body).ok(),
        _ => None,
    }
}
