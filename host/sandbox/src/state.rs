//! What one store carries, and the host's side of the contract's imports.

use tito_artifact::RunLimits;
use wasmtime::component::{HasSelf, Linker, Resource};

use crate::{
    Callbacks,
    contract::{
        datasets::{self, Batch, HostDataset},
        layers,
        telemetry::{self, Directive, Epoch},
        tensors::{self, Fault},
    },
    ledger::Ledger,
    wasi::Wasi,
};

/// The longest text of a submission's that is kept, in bytes before it is escaped.
const LINE_BYTES: usize = 512;

/// What handing over nothing counts as: the call itself takes time.
const LEAST_OUTPUT: usize = 64;

/// What a report counts as: where a worker runs the submission, it travels to another process and back.
const REPORT_OUTPUT: usize = 4 << 10;

/// A call has handed more to the host than it may.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the call hands more to the host than it may")]
pub(crate) struct TooMuchOutput;

/// What one store carries.
pub(crate) struct State {
    pub(crate) ledger: Ledger,
    pub(crate) wasi: Wasi,
    callbacks: Box<dyn Callbacks>,
    output_bytes: usize,
    output_left: usize,
    log: Vec<String>,
    log_lines: usize,
}

impl State {
    pub(crate) fn new(limits: &RunLimits, callbacks: Box<dyn Callbacks>) -> Self {
        Self {
            ledger: Ledger::new(limits),
            wasi: Wasi::default(),
            callbacks,
            output_bytes: limits.output_bytes as usize,
            output_left: limits.output_bytes as usize,
            log: Vec::new(),
            log_lines: limits.log_lines as usize,
        }
    }

    /// Forgets what an earlier call has handed out.
    pub(crate) fn begin_call(&mut self) {
        self.output_left = self.output_bytes;
        self.ledger.take_denied();
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

/// Provides the contract's imports.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    tensors::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    layers::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    datasets::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    telemetry::add_to_linker::<_, HasSelf<State>>(linker, |state| state)
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

impl datasets::Host for State {}

/// No call of the world `inference` hands a dataset to a guest, and handles cannot be forged, so that nothing
/// of this can be reached before the training host lends one.
impl HostDataset for State {
    fn length(&mut self, _dataset: Resource<datasets::Dataset>) -> wasmtime::Result<u32> {
        wasmtime::bail!("no dataset was lent to the submission")
    }

    fn example_shape(&mut self, _dataset: Resource<datasets::Dataset>) -> wasmtime::Result<Vec<u32>> {
        wasmtime::bail!("no dataset was lent to the submission")
    }

    fn classes(&mut self, _dataset: Resource<datasets::Dataset>) -> wasmtime::Result<u32> {
        wasmtime::bail!("no dataset was lent to the submission")
    }

    fn batch(
        &mut self,
        _dataset: Resource<datasets::Dataset>,
        _indices: Vec<u32>,
    ) -> wasmtime::Result<Result<Batch, Fault>> {
        wasmtime::bail!("no dataset was lent to the submission")
    }

    fn drop(&mut self, _dataset: Resource<datasets::Dataset>) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl telemetry::Host for State {
    fn report(&mut self, epoch: Epoch) -> wasmtime::Result<Directive> {
        self.count_output(REPORT_OUTPUT)?;
        Ok(self.callbacks.report(epoch))
    }

    fn log(&mut self, line: String) -> wasmtime::Result<()> {
        self.count_output(line.len())?;
        if self.log.len() < self.log_lines {
            self.log.push(escaped(&line));
        }
        Ok(())
    }
}
