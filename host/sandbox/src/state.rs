//! What one store carries, and the host's side of the contract's imports.

use std::{sync::PoisonError, time::Instant};

use tito_artifact::{DATASETS, RunLimits, TELEMETRY};
use wasmtime::{
    Engine, StoreContextMut,
    component::{HasSelf, Linker, Resource, ResourceType},
};

use crate::{
    Batch, Lent, Lesson, SharedCallbacks, Spent, Split, Watch,
    contract::{
        datasets::{self, Dataset},
        layers,
        telemetry::{Directive, Epoch},
        tensors::{self, Fault, TensorResult},
    },
    ledger::Ledger,
    profiler::Profiler,
    wasi::Wasi,
};

/// The longest text of a submission's that is kept, in bytes before it is escaped.
const LINE_BYTES: usize = 512;

/// What handing over nothing counts as: the call itself takes time.
const LEAST_OUTPUT: usize = 64;

/// What a report counts as that nobody asked for.
const REPORT_OUTPUT: usize = 4 << 10;

/// A call has handed more to the host than it may.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the call hands more to the host than it may")]
pub(crate) struct TooMuchOutput;

/// What one store carries.
pub(crate) struct State {
    pub(crate) ledger: Ledger,
    pub(crate) wasi: Wasi,
    /// What `fit` was given, while it runs.
    run: Option<Run>,
    output_bytes: usize,
    output_left: usize,
    log: Vec<String>,
    log_lines: usize,
    /// Where the engine profiles.
    profiler: Option<Profiler>,
}

/// A run of training.
struct Run {
    lesson: Lesson,
    callbacks: SharedCallbacks,
    /// The fuel that the call began with.
    fuel: u64,
    start: Instant,
}

impl State {
    pub(crate) fn new(limits: &RunLimits) -> Self {
        Self {
            ledger: Ledger::new(limits),
            wasi: Wasi::default(),
            run: None,
            output_bytes: limits.output_bytes as usize,
            output_left: limits.output_bytes as usize,
            log: Vec::new(),
            log_lines: limits.log_lines as usize,
            profiler: None,
        }
    }

    /// The same, where the engine profiles.
    pub(crate) fn profiled(limits: &RunLimits, engine: &Engine, watch: Watch) -> Self {
        let ledger = Ledger::listening(limits, engine);
        Self { ledger, profiler: Some(Profiler::new(watch)), ..Self::new(limits) }
    }

    pub(crate) fn profiler(&mut self) -> Option<&mut Profiler> {
        self.profiler.as_mut()
    }

    /// Forgets what an earlier call has handed out.
    pub(crate) fn begin_call(&mut self) {
        self.output_left = self.output_bytes;
        self.ledger.take_denied();
    }

    /// A call of `fit` begins, with so much fuel.
    pub(crate) fn begin_run(&mut self, lesson: Lesson, callbacks: SharedCallbacks, fuel: u64) {
        self.run = Some(Run { lesson, callbacks, fuel, start: Instant::now() });
    }

    /// Nothing is lent any more.
    pub(crate) fn end_run(&mut self) {
        self.run = None;
    }

    /// Counts what a call hands to the host by the way: fuel does not pay for what the host does with it, and
    /// wasmtime's own limit is one for every single list.
    fn count_output(&mut self, bytes: usize) -> wasmtime::Result<()> {
        let left = self.output_left.checked_sub(bytes.max(LEAST_OUTPUT));
        self.output_left = left.ok_or(TooMuchOutput)?;
        Ok(())
    }

    /// The lines that the submission has logged, escaped and cut.
    pub(crate) fn log(&self) -> &[String] {
        &self.log
    }
}

impl Run {
    /// What it has taken, with so much fuel left.
    fn spent(&self, fuel_left: Option<u64>) -> Spent {
        let fuel = fuel_left.map_or(0, |left| self.fuel.saturating_sub(left));
        Spent { fuel, time: self.start.elapsed() }
    }
}

/// Provides the contract's imports. Those with functions are linked by hand, because the generated way shows a function
/// the state and not the fuel.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    tensors::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    layers::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    link_datasets(linker)?;
    let mut telemetry = linker.instance(TELEMETRY)?;
    telemetry.func_wrap("report", |store, (epoch,)| Ok((report(store, epoch)?,)))?;
    telemetry.func_wrap("log", |mut store: StoreContextMut<'_, State>, (line,): (String,)| {
        store.data_mut().log_line(&line)
    })
}

fn link_datasets(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut datasets = linker.instance(DATASETS)?;
    datasets.resource("dataset", ResourceType::host::<Dataset>(), |_, _| Ok(()))?;
    datasets.func_wrap("[method]dataset.length", |store, (dataset,)| {
        Ok((of_lent(&store, &dataset, |lent| lent.length)?,))
    })?;
    datasets.func_wrap("[method]dataset.example-shape", |store, (dataset,)| {
        Ok((of_lent(&store, &dataset, |lent| lent.example_shape.clone())?,))
    })?;
    datasets.func_wrap("[method]dataset.classes", |store, (dataset,)| {
        Ok((of_lent(&store, &dataset, |lent| lent.classes)?,))
    })?;
    datasets.func_wrap("[method]dataset.batch", |store, (dataset, indices)| {
        let indices: Vec<u32> = indices;
        Ok((batch(store, &dataset, &indices)?,))
    })
}

/// The handle of a dataset is the place of its split.
const SPLITS: [Split; 2] = [Split::Training, Split::Validation];

/// The handle under which a dataset is lent.
pub(crate) fn handle(split: Split) -> Resource<Dataset> {
    Resource::new_borrow(split as u32)
}

fn split(dataset: &Resource<Dataset>) -> wasmtime::Result<Split> {
    let split = SPLITS.get(dataset.rep() as usize);
    split.copied().ok_or_else(|| wasmtime::format_err!("no such dataset was lent to the submission"))
}

/// The run that a dataset is lent for. Handles cannot be forged, and are gone when `fit` returns.
fn run(state: &State) -> wasmtime::Result<&Run> {
    state.run.as_ref().ok_or_else(|| wasmtime::format_err!("no dataset was lent to the submission"))
}

fn of_lent<T>(
    store: &StoreContextMut<'_, State>,
    dataset: &Resource<Dataset>,
    get: impl FnOnce(&Lent) -> T,
) -> wasmtime::Result<T> {
    let lent = run(store.data())?.lesson.lent(split(dataset)?);
    Ok(get(lent.ok_or_else(|| wasmtime::format_err!("no such dataset was lent to the submission"))?))
}

/// What is asked of the host in a run is answered anew each time: the run's budget bounds how often.
fn spent(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<Spent> {
    let left = store.get_fuel().ok();
    let state = store.data_mut();
    state.output_left = state.output_bytes;
    let counted = state.profiler.as_ref().map(Profiler::of_call);
    let spent = run(state)?.spent(left);
    Ok(Spent { fuel: counted.unwrap_or(spent.fuel), ..spent })
}

fn batch(
    mut store: StoreContextMut<'_, State>,
    dataset: &Resource<Dataset>,
    indices: &[u32],
) -> wasmtime::Result<Result<datasets::Batch, Fault>> {
    let (split, spent) = (split(dataset)?, spent(&mut store)?);
    let Run { lesson, callbacks, .. } = run(store.data())?;
    if let Err(fault) = lesson.admit(split, indices) {
        return Ok(Err(fault.into()));
    }
    let mut callbacks = callbacks.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(callbacks.batch(split, indices, spent).map(lowered).map_err(Fault::from))
}

fn lowered(Batch { inputs, targets }: Batch) -> datasets::Batch {
    let shape = inputs.shape().extents().to_vec();
    datasets::Batch { inputs: TensorResult { shape, data: inputs.into_parts().1 }, targets }
}

/// Where nothing trains, whoever reports an epoch is told to stop.
fn report(mut store: StoreContextMut<'_, State>, epoch: Epoch) -> wasmtime::Result<Directive> {
    if store.data().run.is_none() {
        store.data_mut().count_output(REPORT_OUTPUT)?;
        return Ok(Directive::Stop);
    }
    let spent = spent(&mut store)?;
    let callbacks = &run(store.data())?.callbacks;
    Ok(callbacks.lock().unwrap_or_else(PoisonError::into_inner).report(epoch, spent))
}

/// Text from a guest, fit for a report: what does not print is escaped, and it is cut at 512 bytes.
pub fn escaped(text: &str) -> String {
    let mut shown = String::new();
    let kept = &text[..text.floor_char_boundary(LINE_BYTES)];
    for c in kept.chars() {
        match c {
            '\'' | '"' | '\\' => shown.push(c),
            _ => shown.extend(c.escape_debug()),
        }
    }
    shown
}

impl tensors::Host for State {}

impl layers::Host for State {}

impl State {
    fn log_line(&mut self, line: &str) -> wasmtime::Result<()> {
        self.count_output(line.len())?;
        if self.log.len() < self.log_lines {
            self.log.push(escaped(line));
        }
        Ok(())
    }
}
