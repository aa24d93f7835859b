//! A line on standard error that says what is going on; nothing where it is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

const TICK: Duration = Duration::from_millis(100);

/// A line that counts `steps` and names the one that runs.
pub(crate) fn steps(steps: u64) -> ProgressBar {
    drawn(ProgressBar::new(steps), "{spinner} [{bar:24}] {pos}/{len} {msg}")
}

/// A line that counts what is graded, with the time that is left.
pub(crate) fn class(submissions: u64) -> ProgressBar {
    drawn(ProgressBar::new(submissions), "{spinner} [{bar:24}] {pos} of {len} done, {msg}; {eta} left")
}

/// No line.
pub(crate) fn none() -> ProgressBar {
    ProgressBar::hidden()
}

/// A line that counts bytes.
pub(crate) fn bytes() -> ProgressBar {
    drawn(ProgressBar::no_length(), "{spinner} {msg} [{bar:24}] {bytes} of {total_bytes}, {bytes_per_sec}")
}

fn drawn(bar: ProgressBar, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("the templates are ours").progress_chars("=> ");
    bar.set_style(style);
    bar.enable_steady_tick(TICK);
    bar
}
