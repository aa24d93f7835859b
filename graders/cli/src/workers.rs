//! The threads that guests run on.

use rayon::ThreadPoolBuilder;

use crate::failure::Failure;

/// Wasmtime lets a call use at most 2 MiB of WebAssembly stack, whatever the limits say, and leaves what the host
/// needs on top to whoever makes the thread. Only pages that are touched take memory.
const STACK: usize = 16 << 20;

/// Does `work` on threads that guests can run on: as many as `jobs`, or one a core. What it does in parallel stays on
/// them.
pub(crate) fn on<T: Send>(
    jobs: Option<usize>,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    // Zero is rayon's word for one a core.
    let threads = ThreadPoolBuilder::new().num_threads(jobs.unwrap_or(0)).stack_size(STACK).build();
    threads.map_err(|error| Failure::ours("cannot start threads").because(error))?.install(work)
}
