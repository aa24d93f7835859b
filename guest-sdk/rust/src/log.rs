//! Lines that a grader shows in its log.

/// Writes a line into the submission's log, or to standard error in a native test: what a long `fit` is doing.
///
/// The log cuts lines at 512 bytes and drops them after 1,000. Only the world `learning` has it: a component that calls
/// this from `export_inference!` cannot be graded.
pub fn log(line: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::bindings::learning::tinytorch::framework::telemetry::log(line);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{line}");
}
