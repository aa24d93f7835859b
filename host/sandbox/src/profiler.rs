//! Listens to a guest that counts: notes the stack whenever a function tells what it has used, and keeps the deadline
//! that such an engine's epochs do not keep.

use std::time::{Duration, Instant};

use wasmtime::{StoreContextMut, Trap, UpdateDeadline, WasmBacktrace};

use crate::{Budget, Profile, Watch, profile::Tally, state::State};

/// How many times the fuel of a call it may take, because counting takes fuel as well: fuel is counted by as much again,
/// or four times that in a loop of three operators; a place in memory is looked up by up to 550 operators where there was
/// one. What is counted is bounded for itself, and so is the time.
pub(crate) const FUEL_FACTOR: u64 = 128;

/// What is known of a guest that counts.
pub(crate) struct Profiler {
    watch: Watch,
    tally: Tally,
    /// What was counted before this call.
    before: u64,
    deadline: Option<Instant>,
    /// What this call may count.
    budget: u64,
}

impl Profiler {
    pub(crate) fn new(watch: Watch) -> Self {
        Self { watch, tally: Tally::default(), before: 0, deadline: None, budget: 0 }
    }

    pub(crate) fn begin_call(&mut self, budget: Budget) {
        (self.before, self.budget) = (self.tally.fuel(), budget.fuel);
        // Elsewhere whoever started this process looks at the processor's clock.
        let inside = self.watch == Watch::Inside;
        self.deadline =
            inside.then(|| Instant::now().checked_add(Duration::from_millis(budget.ms))).flatten();
    }

    /// What the call has told so far.
    pub(crate) fn of_call(&self) -> u64 {
        self.tally.fuel().saturating_sub(self.before)
    }

    pub(crate) fn profile(&self) -> Profile {
        self.tally.profile()
    }
}

/// A check of the epoch found that it has moved: a function has told something, or the clock has ticked, or another
/// guest's function has told something.
///
/// # Errors
///
/// If more was counted than the call may use.
pub(crate) fn heard(mut context: StoreContextMut<'_, State>) -> wasmtime::Result<UpdateDeadline> {
    let told = context.data_mut().ledger.take_told();
    let backtrace = told.map(|fuel| (WasmBacktrace::force_capture(&context), fuel));
    let Some(profiler) = context.data_mut().profiler() else { return Ok(UpdateDeadline::Interrupt) };
    if let Some((backtrace, fuel)) = backtrace {
        profiler.tally.note(&backtrace, fuel);
    }
    if profiler.of_call() > profiler.budget {
        return Err(Trap::OutOfFuel.into());
    }
    let is_over = profiler.deadline.is_some_and(|deadline| deadline <= Instant::now());
    Ok(if is_over { UpdateDeadline::Interrupt } else { UpdateDeadline::Continue(1) })
}
