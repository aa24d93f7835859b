//! One bar a name, from left to right.

use maud::{Markup, html};

use super::{Figure, LETTER, WIDTH, fitted, line, rect, text, unit};
use crate::html::Cell;

/// Bars with names.
#[derive(Clone, Copy, Debug)]
pub struct Bars<'a> {
    /// What they show.
    pub title: &'a str,
    /// The same in words.
    pub summary: &'a str,
    /// What the names and the values are called in the table.
    pub columns: [&'a str; 2],
    /// The value of a bar that is full.
    pub full: f64,
    /// Values at which a line is drawn, such as the thresholds of levels.
    pub marks: &'a [f64],
    /// In order.
    pub bars: &'a [Bar],
}

/// A bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// How long it is; `None` where there is nothing to show, which is not 0.
    pub value: Option<f64>,
    /// The value as words.
    pub shown: String,
}

/// Units from a bar to the next.
const PITCH: f64 = 24.0;

/// The bars from top to bottom, names at the left, values behind the bars.
pub fn bars(plot: &Bars<'_>) -> Markup {
    let longest = |of: fn(&Bar) -> &String| {
        plot.bars.iter().map(|bar| of(bar).chars().count()).max().unwrap_or(0) as f64
    };
    let left = (longest(|bar| &bar.name) * LETTER + 8.0).min(160.0);
    let right = (longest(|bar| &bar.shown) * LETTER + 8.0).min(90.0);
    let room = WIDTH - left - right;
    let marked = if plot.marks.is_empty() { 0.0 } else { 16.0 };
    let bottom = PITCH * plot.bars.len() as f64;
    let x = |value: f64| left + room * (value / plot.full).clamp(0.0, 1.0);
    let drawing = html! {
        @for (at, bar) in plot.bars.iter().enumerate() {
            @let top = PITCH * at as f64 + 4.0;
            (text(None, (left - 8.0, top + 12.0), "end", &fitted(&bar.name, left)))
            (rect("back", (left, top), room, PITCH - 8.0))
            @if let Some(value) = bar.value { (rect("bar", (left, top), x(value) - left, PITCH - 8.0)) }
            text x=(unit(WIDTH)) y=(unit(top + 12.0)) text-anchor="end" { (bar.shown) }
        }
        @for &mark in plot.marks {
            (line("grid", (x(mark), 0.0), (x(mark), bottom)))
            (text(Some("quiet"), (x(mark), bottom + 12.0), "middle", &mark.to_string()))
        }
        (line("base", (left, 0.0), (left, bottom)))
    };
    Figure {
        title: plot.title,
        summary: plot.summary,
        height: bottom + marked,
        drawing,
        legend: None,
        columns: vec![Cell::text(plot.columns[0]), Cell::number(plot.columns[1])],
        rows: rows(plot.bars),
    }
    .markup()
}

/// The same as a table.
pub(super) fn rows(bars: &[Bar]) -> Vec<Vec<Cell>> {
    bars.iter().map(|bar| vec![Cell::text(&bar.name), Cell::number(&bar.shown)]).collect()
}
