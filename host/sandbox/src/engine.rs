//! The engines, from one constructor, and the clock that interrupts what runs in our own process.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    num::NonZeroUsize,
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tito_artifact::RunLimits;
use wasmtime::{
    Config, Engine, ModuleVersionStrategy, OperatorCost, OptLevel, Strategy, VariableOperatorCost,
    WasmBacktraceDetails,
};

use crate::{
    HostError, MOST_FRAMES, WASMTIME_VERSION,
    instrument::{self, Counted},
};

/// Whether instructions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metering {
    /// Fuel is counted: for correctness, for budgets, and for the base of the speed grade.
    Metered,
    /// Nothing is counted: for timing. Counting costs 1.04 to 2.1 times on tight loops.
    Timed,
    /// Fuel is counted function by function, by code that is compiled in: for [`Guest::profile`](crate::Guest::profile).
    /// Usage is what that code counts, some thousandths less than what is charged where it is metered; in all it takes
    /// some two to three times as long.
    Profiled,
    /// What it waits for memory is counted, in units of fuel, by code that is compiled in, too: each load and store is
    /// looked up in a model of two caches. Usage is what that code counts. The same on every machine, as fuel is.
    Traced,
}

impl Metering {
    /// What code that is compiled in counts.
    pub(crate) fn counted(self) -> Option<Counted> {
        match self {
            Self::Metered | Self::Timed => None,
            Self::Profiled => Some(Counted::Fuel),
            Self::Traced => Some(Counted::Waits),
        }
    }
}

/// Who keeps the deadline of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Watch {
    /// Epoch checks in the compiled code: for a guest in our own process, which cannot be killed.
    Inside,
    /// Whoever started this process kills it: the code carries no checks.
    Outside,
}

/// How often the clock of [`Watch::Inside`] ticks.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// An engine of this kind, whose clock ticks for as long as the engine lives.
pub(crate) fn engine(metering: Metering, watch: Watch, limits: &RunLimits) -> Result<Engine, HostError> {
    let config = config(metering, watch, limits).map_err(|e| failed(e.into()))?;
    let engine = Engine::new(&config).map_err(|e| failed(e.into()))?;
    if watch == Watch::Inside {
        tick(&engine).map_err(|e| failed(e.into()))?;
    }
    Ok(engine)
}

/// What must be equal for code to be loaded that was compiled elsewhere: the release of wasmtime, its settings and the
/// machine's kind.
///
/// # Errors
///
/// If wasmtime does not support this machine.
pub fn fingerprint(metering: Metering, watch: Watch, limits: &RunLimits) -> Result<u64, HostError> {
    let config = config(metering, watch, limits).map_err(|e| failed(e.into()))?;
    let engine = Engine::new(&config).map_err(|e| failed(e.into()))?;
    let mut settings = DefaultHasher::new();
    if let Some(counted) = metering.counted() {
        (instrument::VERSION, counted).hash(&mut settings);
    }
    WASMTIME_VERSION.hash(&mut settings);
    engine.precompile_compatibility_hash().hash(&mut settings);
    Ok(settings.finish())
}

fn failed(source: Box<dyn std::error::Error + Send + Sync>) -> HostError {
    HostError::new("cannot make a wasmtime engine", source)
}

fn config(metering: Metering, watch: Watch, limits: &RunLimits) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::Speed)
        .consume_fuel(metering != Metering::Timed)
        .operator_cost(operator_cost(metering))
        // Where code counts for itself, the stack is noted at such a check.
        .epoch_interruption(watch == Watch::Inside || metering.counted().is_some())
        // A process that somebody kills has one thread: it may start no other, nor read how many there could be.
        .parallel_compilation(watch == Watch::Inside)
        // Copying a guest's data is as fast as mapping it, and needs no file: a worker process can make none.
        .memory_init_cow(false)
        .max_wasm_stack(limits.stack_bytes as usize)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_component_model(true);
    features(&mut config);
    if metering.counted().is_some() {
        // The function that tells stands before the others.
        config.wasm_backtrace_max_frames(NonZeroUsize::new(MOST_FRAMES + 1));
    }
    config.module_version(ModuleVersionStrategy::Custom(format!("tito-{WASMTIME_VERSION}")))?;
    Ok(config)
}

/// The features that the gate lets through, and no others: several are on by default.
fn features(config: &mut Config) {
    config
        .wasm_memory64(false)
        // The gate lets no module have two memories, but the engine's own adapters from one module to another do, and
        // without this it panics on a component that lowers what it lifts.
        .wasm_multi_memory(true)
        .wasm_tail_call(false)
        .wasm_relaxed_simd(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .wasm_simd(true)
        .wasm_bulk_memory(true)
        .wasm_multi_value(true)
        .wasm_extended_const(true);
}

/// Growing memory costs the system more than an instruction.
pub(crate) const MEMORY_GROW_PER_PAGE: u8 = 255;

/// Bulk operations cost a unit a byte: that is the least the interface can say but nothing, and nothing would make a
/// loop of fills free. Where code counts for itself it counts what its growths cost, because it tells of that by growths.
pub(crate) fn operator_cost(metering: Metering) -> OperatorCost {
    let memory_grow_per_page = if metering.counted().is_some() { 0 } else { MEMORY_GROW_PER_PAGE };
    OperatorCost {
        variable: VariableOperatorCost { memory_grow_per_page, ..VariableOperatorCost::default() },
        ..OperatorCost::default()
    }
}

fn tick(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    thread::Builder::new().name("tito-clock".into()).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    })?;
    Ok(())
}
