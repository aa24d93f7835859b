//! One column a bin, side by side.

use maud::{Markup, html};
use tito_grade::Number;

use super::{Bars, Figure, LETTER, WIDTH, axis::Axis, bars::rows, fitted, line, rect, text};
use crate::html::Cell;

/// Units that the columns have.
const HEIGHT: f64 = 150.0;

/// The columns from left to right; their height is read off at the left, from 0 to the tallest, whatever [`Bars::full`] says.
/// Where there are marks, one more than columns, they are what the columns lie between; otherwise names stand below them.
pub fn histogram(plot: &Bars<'_>) -> Markup {
    let axis = Axis::linear(plot.bars.iter().filter_map(|bar| bar.value).chain([0.0, 1.0]), 4);
    let (left, right, top) = (28.0, WIDTH - 10.0, 14.0);
    let pitch = (right - left) / plot.bars.len().max(1) as f64;
    let bottom = top + HEIGHT;
    let y = |value: f64| bottom - HEIGHT * axis.at(value);
    let drawing = html! {
        @for &tick in axis.ticks.iter().filter(|tick| tick.fract() == 0.0) {
            (line("grid", (left, y(tick)), (right, y(tick))))
            (text(Some("quiet"), (left - 6.0, y(tick) + 4.0), "end", &Number(tick).to_string()))
        }
        @for (at, bar) in plot.bars.iter().enumerate() {
            @let (from, middle) = (left + pitch * at as f64, left + pitch * (at as f64 + 0.5));
            @if let Some(value) = bar.value.filter(|&value| value > 0.0) {
                (rect("bar", (from + 1.0, y(value)), pitch - 2.0, bottom - y(value)))
                (text(None, (middle, y(value) - 4.0), "middle", &bar.shown))
            }
            @if plot.marks.is_empty() {
                (text(Some("quiet"), (middle, bottom + 14.0), "middle", &fitted(&bar.name, pitch + LETTER)))
            }
        }
        @for (at, &mark) in plot.marks.iter().enumerate() {
            (text(Some("quiet"), (left + pitch * at as f64, bottom + 14.0), "middle", &Number(mark).to_string()))
        }
        (line("base", (left, bottom), (right, bottom)))
    };
    Figure {
        title: plot.title,
        summary: plot.summary,
        height: bottom + 20.0,
        drawing,
        legend: None,
        columns: vec![Cell::text(plot.columns[0]), Cell::number(plot.columns[1])],
        rows: rows(plot.bars),
    }
    .markup()
}
