//! Starts workers: one to compile a submission, others to run it.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sha2::{Digest as _, Sha256};
use tito_artifact::{Artifact, Functions, Limits};
use tito_lockdown::{Bounds, LayerReport, Program};
use tito_sandbox::{Called, HostError, Limit, LimitKind, Metering, Outcome, Watch};

use crate::{
    Cache, Remote, canary,
    deaths::Deaths,
    remote::{Case, NOT_ASKED},
    starter::Starter,
    wire::{Order, Report, Value},
    worker::{Allowance, Answered, Call, Stop},
};

/// What a process needs besides what its guest may have: the program, wasmtime, frames on their way.
const OWN_BYTES: u64 = 256 << 20;

/// More calls than one message has: as many deadlines may pass before tito looks at the sum.
const MESSAGE_CALLS: u64 = 8;

/// Native code is some ten times as large as WebAssembly.
const CODE_BYTES: u64 = 1 << 28;

/// What the stack of a worker holds: a call's WebAssembly, at most 2 MiB, and the host's frames beneath it.
const STACK_BYTES: u64 = 16 << 20;

/// Starts workers that compile and run submissions within these limits.
pub struct Workers {
    starter: Starter,
    limits: Limits,
    cache: Option<Cache>,
    trouble: Mutex<Option<io::Error>>,
}

impl Workers {
    /// Workers that run `program`, which must call [`child::main`](crate::child::main). What they compile is kept in
    /// `cache`, if there is one.
    pub fn new(program: Program, limits: &Limits, cache: Option<Cache>) -> Self {
        let starter = Starter { program, locked_down: false };
        Self { starter, limits: limits.clone(), cache, trouble: Mutex::default() }
    }

    /// The same, none of which starts where a layer of the lockdown that matters is off.
    #[must_use]
    pub fn locked_down(mut self) -> Self {
        self.starter.locked_down = true;
        self
    }

    /// What became of each layer of the lockdown, in a worker that is started for that.
    ///
    /// # Errors
    ///
    /// If none can be started.
    pub fn layers(&self) -> Result<Vec<LayerReport>, HostError> {
        Ok(self.starter.start(&self.run_bounds())?.layers().collect())
    }

    /// Compiles and runs a component that is known to be well.
    ///
    /// # Errors
    ///
    /// If it does not do what it always does.
    pub fn self_test(&self) -> Result<(), HostError> {
        canary::sing(&self.starter)
    }

    /// Compiles an artifact, unless that was done before, and starts its first worker.
    ///
    /// What wasmtime does not compile or link is a fault; a compiler that takes too long or too much memory meets a
    /// limit; one that dies is asked once more.
    ///
    /// # Errors
    ///
    /// If a worker cannot be started or fails, or with [`Quarantined`](crate::Quarantined) as the cause if a second
    /// one dies.
    pub fn compile(&self, artifact: &Artifact, metering: Metering) -> Called<Remote> {
        let deaths = Arc::new(Deaths::of(artifact.digest()));
        let code = match &self.cache {
            Some(cache) => self.kept_or_compiled(cache, artifact, metering, &deaths)?,
            None => self.compiled(artifact, metering, &deaths)?,
        };
        let functions = match metering {
            Metering::Profiled | Metering::Traced => Functions::of(artifact).counts(),
            Metering::Metered | Metering::Timed => Vec::new(),
        };
        code.then(|code| Ok(Outcome::Answer(self.remote(metering, code, functions, deaths)?)))
    }

    /// What a compile worker makes of an artifact.
    pub(crate) fn code(&self, artifact: &Artifact, metering: Metering, deaths: &Deaths) -> Called<Vec<u8>> {
        let limits = &self.limits.compile;
        let worker = self.starter.start(&self.compile_bounds())?;
        let order = Order::Compile { metering, limits: self.limits.clone() };
        let allowance = Allowance { time: Duration::from_millis(limits.deadline_ms), body_bytes: CODE_BYTES };
        let body = [artifact.bytes()];
        let limits_of_run = &self.limits.run;
        let call =
            Call { fresh: false, order, body: &body, allowance, limits: limits_of_run, callbacks: None };
        match worker.call(call) {
            Ok((_, Answered { report: Report::Ended { outcome, .. }, body, .. })) => {
                outcome.then(|value| match value {
                    Value::Bytes => Ok(Outcome::Answer(body)),
                    _ => deaths.note(NOT_ASKED),
                })
            }
            Ok(_) => deaths.note(NOT_ASKED),
            Err(Stop::Deadline) => Ok(limit(LimitKind::CompileTime, limits.deadline_ms)),
            Err(Stop::OutOfMemory) => Ok(limit(LimitKind::CompileMemory, limits.memory_bytes)),
            Err(Stop::Died(words)) => deaths.note(&words),
            Err(Stop::Host(error)) => Err(error),
        }
    }

    /// Something that launches guests of this code.
    pub(crate) fn remote(
        &self,
        metering: Metering,
        code: Vec<u8>,
        functions: Vec<u32>,
        deaths: Arc<Deaths>,
    ) -> Result<Remote, HostError> {
        let (starter, bounds) = (self.starter.clone(), self.run_bounds());
        Remote::new(Case::of(starter, bounds, metering, &self.limits.run, code, functions, deaths))
    }

    /// Why the cache did not take what was compiled, if it did not, for example because the disk is full. That costs
    /// time and nothing else.
    pub fn cache_trouble(&self) -> Option<io::Error> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn note(&self, kept: io::Result<()>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = kept.err();
    }

    fn kept_or_compiled(
        &self,
        cache: &Cache,
        artifact: &Artifact,
        metering: Metering,
        deaths: &Deaths,
    ) -> Called<Vec<u8>> {
        let entry = self.entry(artifact, metering)?;
        if let Some(code) = cache.get(&entry) {
            return Ok(Outcome::Answer(code));
        }
        let outcome = self.compiled(artifact, metering, deaths)?;
        if let Outcome::Answer(code) = &outcome {
            self.note(cache.put(&entry, code));
        }
        Ok(outcome)
    }

    fn compiled(&self, artifact: &Artifact, metering: Metering, deaths: &Deaths) -> Called<Vec<u8>> {
        deaths.settled(&self.starter, || self.code(artifact, metering, deaths))
    }

    fn compile_bounds(&self) -> Bounds {
        bounds(self.limits.compile.memory_bytes, self.limits.compile.deadline_ms)
    }

    fn run_bounds(&self) -> Bounds {
        let run = &self.limits.run;
        // A call's answer lies in the guest's memory, in ours, and in the frame at the same time.
        let bytes = run.memory_bytes + 2 * u64::from(run.output_bytes) + OWN_BYTES;
        bounds(bytes, run.total_ms.saturating_add(MESSAGE_CALLS.saturating_mul(run.deadline_ms)))
    }

    /// The name of an artifact's entry in the cache: what is compiled, and by what.
    fn entry(&self, artifact: &Artifact, metering: Metering) -> Result<String, HostError> {
        let fingerprint = tito_sandbox::fingerprint(metering, Watch::Outside, &self.limits.run)?;
        let mut name = Sha256::new();
        name.update(artifact.digest().as_bytes());
        name.update(fingerprint.to_le_bytes());
        Ok(hex::encode(name.finalize()))
    }
}

/// The kernel's own bound comes after ours, for the case that nobody is left to keep ours.
fn bounds(data_bytes: u64, time_ms: u64) -> Bounds {
    Bounds { data_bytes, cpu_seconds: time_ms.div_ceil(1_000) + 10, stack_bytes: STACK_BYTES }
}

fn limit<T>(kind: LimitKind, allowed: u64) -> Outcome<T> {
    Outcome::Limit(Limit { kind, allowed })
}
