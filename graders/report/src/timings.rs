//! Where the time went, for `--timings`.

use std::time::Duration;

use comfy_table::CellAlignment;

use crate::{Style, printable::printable, style::Tone};

/// A table of stages in the order given: name, milliseconds, share of their sum as a bar. The last line is
/// that sum.
pub fn timings(stages: &[(String, Duration)], style: Style) -> String {
    let total: Duration = stages.iter().map(|(_, time)| *time).sum();
    let row = |name: &str, time: Duration, tone: Tone| {
        // A run that took no time at all has no shares.
        let share = if total.is_zero() { 0.0 } else { time.as_secs_f64() / total.as_secs_f64() };
        let milliseconds = format!("{:.1} ms", 1e3 * time.as_secs_f64());
        vec![
            tone.cell(printable(name)),
            tone.cell(milliseconds).set_alignment(CellAlignment::Right),
            Tone::Faint.cell(format!("{:.0} %", 100.0 * share)).set_alignment(CellAlignment::Right),
            tone.cell(style.bar(share, 30)),
        ]
    };
    let mut rows: Vec<_> = stages.iter().map(|(name, time)| row(name, *time, Tone::Plain)).collect();
    rows.push(row("total", total, Tone::Faint));
    style.table(2, rows)
}
