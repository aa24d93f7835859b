//! WASI 0.2 with nothing granted, for the languages whose runtimes want it.
//!
//! No arguments, environment, files or input; output is captured and capped; random numbers are the same for
//! everybody; clocks advance by a fixed step whenever they are asked, so that nobody can tell the time, and
//! sleeping takes none. Sockets are not even imported: the gate refuses them by name.

use std::{
    pin::Pin,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::runtime::{Builder, EnterGuard, Runtime};
use wasmtime::component::{HasSelf, Linker, Resource, ResourceTable};
use wasmtime_wasi::{
    HostWallClock, WasiCtx, WasiCtxView, WasiView,
    p2::{self, DynPollable, Pollable, bindings::clocks::monotonic_clock, pipe::MemoryOutputPipe},
    random::Deterministic,
};

use crate::state::State;

/// Where WASI's own code waits. Nothing here ever has to: without a runtime at hand wasmtime-wasi starts one with
/// threads and an epoll, which a worker process is killed for.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread().build().expect("a runtime without drivers asks the system for nothing")
});

/// Holds the runtime at hand for as long as a guest runs.
pub(crate) fn entered() -> EnterGuard<'static> {
    RUNTIME.enter()
}

/// What a clock advances by whenever it is asked.
const STEP: Duration = Duration::from_millis(1);

/// 2026-01-01T00:00:00Z, where the wall clock starts.
const START: Duration = Duration::from_secs(1_767_225_600);

/// What is kept of each of the two outputs.
const OUTPUT_BYTES: usize = 1 << 16;

/// What one call may ask of the random numbers.
/// Little enough that asking costs about as much fuel as time.
const RANDOM_BYTES: u64 = 1 << 12;

/// A store's WASI, made when it is first used.
#[derive(Default)]
pub(crate) struct Wasi {
    made: Option<Box<Made>>,
    steps: u64,
}

struct Made {
    context: WasiCtx,
    table: ResourceTable,
}

impl Wasi {
    fn made(&mut self) -> &mut Made {
        self.made.get_or_insert_with(|| Box::new(Made { context: context(), table: ResourceTable::new() }))
    }
}

/// The same numbers for everybody; their cycle is a prime number of bytes, so that words differ.
fn numbers(first: u32) -> Deterministic {
    Deterministic::new((0..251).map(|i| (first + i * 167) as u8).collect())
}

fn context() -> WasiCtx {
    WasiCtx::builder()
        .stdout(MemoryOutputPipe::new(OUTPUT_BYTES))
        .stderr(MemoryOutputPipe::new(OUTPUT_BYTES))
        .wall_clock(WallClock::default())
        .secure_random(numbers(13))
        .insecure_random(numbers(77))
        .insecure_random_seed(1)
        .max_random_size(RANDOM_BYTES)
        .build()
}

/// Provides every interface of WASI 0.2's command line, with a clock of our own that does not sleep.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    p2::add_to_linker_sync(linker)?;
    linker.allow_shadowing(true);
    monotonic_clock::add_to_linker::<State, HasSelf<State>>(linker, |state| state)?;
    linker.allow_shadowing(false);
    Ok(())
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let Made { context, table } = self.wasi.made();
        WasiCtxView { ctx: context, table }
    }
}

/// A wall clock that advances by a step whenever it is asked.
#[derive(Default)]
struct WallClock {
    steps: AtomicU64,
}

impl HostWallClock for WallClock {
    fn resolution(&self) -> Duration {
        STEP
    }

    fn now(&self) -> Duration {
        START + STEP * self.steps.fetch_add(1, Ordering::Relaxed) as u32
    }
}

impl monotonic_clock::Host for State {
    fn now(&mut self) -> wasmtime::Result<u64> {
        self.wasi.steps += 1;
        Ok(self.wasi.steps * STEP.as_nanos() as u64)
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(STEP.as_nanos() as u64)
    }

    fn subscribe_instant(&mut self, _when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        at_once(&mut self.wasi.made().table)
    }

    fn subscribe_duration(&mut self, _duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        at_once(&mut self.wasi.made().table)
    }
}

/// Something to wait for that is there already.
struct Ready;

impl Pollable for Ready {
    fn ready<'a, 'b>(&'a mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async {})
    }
}

fn at_once(table: &mut ResourceTable) -> wasmtime::Result<Resource<DynPollable>> {
    let ready = table.push(Ready)?;
    p2::subscribe(table, ready)
}
