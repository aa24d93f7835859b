//! Guests in worker processes.

use std::{
    convert::Infallible,
    mem,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tito_artifact::RunLimits;
use tito_lockdown::Bounds;
use tito_sandbox::{
    Called, Guest, HostError, Launch, Layer, Limit, LimitKind, Metering, Mode, ModelId, NothingTrains,
    Outcome, Usage,
};
use tito_tensor::Tensor;

use crate::{
    crew::Crew,
    deaths::Deaths,
    starter::Starter,
    wire::{self, Order, Value},
    worker::{Allowance, Answered, Stop, Worker},
};

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
    deaths: Arc<Deaths>,
    /// The processor time of all calls, in nanoseconds.
    spent: AtomicU64,
}

/// A guest in a worker process. It is launched with the first call to it, which saves a message there and back; what
/// becomes of that is the outcome of this call and all others.
struct RemoteGuest {
    case: Arc<Case>,
    life: Life,
    /// Whether the worker still has the guest before it: the first call launches.
    is_fresh: bool,
    usage: Usage,
    log: Vec<String>,
}

enum Life {
    /// In this worker; it is away while it is asked.
    In(Option<Worker>),
    Over(Outcome<Infallible>),
}

impl Remote {
    /// The first worker is started, which shows whether the code links.
    pub(crate) fn new(case: Case) -> Called<Self> {
        let case = Arc::new(case);
        Ok(case.worker()?.map(|worker| {
            case.crew.dismiss(worker);
            Self { case }
        }))
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

impl Launch for Remote {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        Ok(self.case.worker()?.map(|worker| {
            let (case, life) = (self.case.clone(), Life::In(Some(worker)));
            Box::new(RemoteGuest { case, life, is_fresh: true, usage: Usage::default(), log: Vec::new() })
                as _
        }))
    }
}

impl Case {
    pub(crate) fn of(
        starter: Starter,
        bounds: Bounds,
        metering: Metering,
        limits: &RunLimits,
        code: Vec<u8>,
        deaths: Arc<Deaths>,
    ) -> Self {
        let (limits, crew, spent) = (limits.clone(), Crew::default(), AtomicU64::new(0));
        Self { starter, bounds, metering, limits, code, crew, deaths, spent }
    }

    /// A worker that has nothing to do, or a new one.
    fn worker(&self) -> Called<Worker> {
        if let Some(worker) = self.crew.hire() {
            return Ok(Outcome::Answer(worker));
        }
        let prepared = self.prepared();
        if !matches!(prepared, Ok(Outcome::Answer(_))) {
            self.crew.bury();
        }
        prepared
    }

    /// A worker that has loaded the code.
    fn prepared(&self) -> Called<Worker> {
        let worker = self.starter.start(&self.bounds)?;
        let order = Order::Prepare { metering: self.metering, limits: self.limits.clone() };
        let allowance = Allowance { time: LOADING, body_bytes: 0 };
        match worker.call::<u8, u8>(false, order, &[&self.code], allowance, &self.limits, &mut NothingTrains)
        {
            Ok((worker, answered)) => answered.outcome.then(|value| match value {
                Value::Nothing => Ok(Outcome::Answer(worker)),
                _ => self.deaths.note("it answered what was not asked"),
            }),
            Err(stop) => self.stopped(stop, LOADING),
        }
    }

    /// One call, and what it took of the time for all calls.
    fn call(
        &self,
        worker: Worker,
        fresh: bool,
        order: Order,
        body: &[&[f32]],
    ) -> Result<(Worker, Answered<f32>), Stop> {
        // Several calls in one message have the time of all together.
        let time = (order.calls() + u32::from(fresh)) * Duration::from_millis(self.limits.deadline_ms);
        let allowance = Allowance { time, body_bytes: self.limits.output_elements.saturating_mul(4) };
        let called = worker.call(fresh, order, body, allowance, &self.limits, &mut NothingTrains);
        let took = called.as_ref().map_or(time, |(_, answered)| answered.time);
        self.spent.fetch_add(took.as_nanos() as u64, Ordering::Relaxed);
        called
    }

    fn is_spent(&self) -> bool {
        self.spent.load(Ordering::Relaxed) > self.limits.total_ms.saturating_mul(1_000_000)
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

impl RemoteGuest {
    /// One call; `take` makes the answer of what the worker answered, if it is what was asked for.
    fn ask<T>(
        &mut self,
        order: Order,
        body: &[&[f32]],
        take: impl FnOnce(Value, Vec<f32>) -> Option<T>,
    ) -> Called<T> {
        let worker = match &mut self.life {
            Life::Over(end) => return Ok(end.clone().map(|never| match never {})),
            Life::In(worker) => worker.take(),
        };
        let worker = worker.ok_or_else(|| HostError::new("cannot ask a guest", "a call before it failed"))?;
        if self.case.is_spent() {
            let limit = Limit { kind: LimitKind::Total, allowed: self.case.limits.total_ms };
            return Ok(self.over(Outcome::Limit(limit)));
        }
        let fresh = mem::take(&mut self.is_fresh);
        match self.case.call(worker, fresh, order, body) {
            Ok((worker, answered)) => self.answered(worker, answered, take),
            Err(stop) => {
                let time = Duration::from_millis(self.case.limits.deadline_ms);
                let end = self.case.stopped(stop, time)?;
                Ok(self.over(end))
            }
        }
    }

    fn answered<T>(
        &mut self,
        worker: Worker,
        answered: Answered<f32>,
        take: impl FnOnce(Value, Vec<f32>) -> Option<T>,
    ) -> Called<T> {
        self.usage = answered.usage;
        let room = (self.case.limits.log_lines as usize).saturating_sub(self.log.len());
        self.log.extend(answered.log.into_iter().take(room));
        match answered.outcome {
            Outcome::Answer(value) => match take(value, answered.body).filter(|_| answered.is_launched) {
                Some(answer) => {
                    self.life = Life::In(Some(worker));
                    Ok(Outcome::Answer(answer))
                }
                None => {
                    let end = self.case.deaths.note("it answered what was not asked")?;
                    Ok(self.over(end))
                }
            },
            // A component that cannot be launched stays so.
            Outcome::Fault(fault) if !answered.is_launched => Ok(self.over(Outcome::Fault(fault))),
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

    fn run(&mut self, layers: &[Layer], parameters: &[Tensor], inputs: &[&Tensor]) -> Called<Tensor> {
        let shape = |tensor: &Tensor| tensor.shape().clone();
        let order = Order::Run {
            layers: layers.to_vec(),
            parameters: parameters.iter().map(shape).collect(),
            inputs: inputs.iter().map(|input| shape(input)).collect(),
        };
        let body: Vec<_> = parameters.iter().chain(inputs.iter().copied()).map(Tensor::data).collect();
        self.ask(order, &body, tensor)
    }

    fn drop_model(&mut self, model: ModelId) -> Called<()> {
        self.ask(Order::Drop { model }, &[], nothing)
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the form in which an answer is taken")]
fn nothing(value: Value, body: Vec<f32>) -> Option<()> {
    (value == Value::Nothing && body.is_empty()).then_some(())
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
