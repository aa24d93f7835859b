//! Curves: training over its epochs, scores over the term.

use jiff::Timestamp;
use maud::{Markup, html};
use tito_grade::Number;

use super::{Figure, axis::Axis, frame::Frame, key, point, style, unit};
use crate::html::Cell;

/// Curves with a common field.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'a> {
    /// What they show.
    pub title: &'a str,
    /// The same in words.
    pub summary: &'a str,
    /// What they run along.
    pub along: Along<'a>,
    /// What goes up.
    pub up: &'a str,
    /// From where to where it goes up, where the values do not decide that.
    pub range: Option<(f64, f64)>,
    /// Whether each value is marked, where there is room for that.
    pub is_dotted: bool,
    /// In order.
    pub curves: &'a [Curve],
}

/// What curves run along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along<'a> {
    /// Steps, such as epochs.
    Steps(&'a str),
    /// Time, in seconds since 1970, shown as days.
    Time,
}

/// A curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Whose it is.
    pub name: String,
    /// From left to right. Where the second is no number, the curve has a gap.
    pub points: Vec<(f64, f64)>,
}

/// Curves with at most as many points show each of them.
const POINTS: usize = 25;

/// The most rows of the table; of more, as many evenly picked.
const ROWS: usize = 200;

/// The curves, with a legend where there are several.
pub fn lines(plot: &Lines<'_>) -> Markup {
    let frame = framed(plot);
    let drawing = html! {
        (frame.markup())
        @for (at, curve) in plot.curves.iter().enumerate() { (drawn(at, curve, &frame, plot.is_dotted)) }
    };
    let legend = (plot.curves.len() > 1).then(|| {
        html! { ul.legend { @for (at, curve) in plot.curves.iter().enumerate() { (key(at, &curve.name, true, plot.is_dotted)) } } }
    });
    let (columns, rows) = table(plot);
    Figure {
        title: plot.title,
        summary: plot.summary,
        height: frame.height(),
        drawing,
        legend,
        columns,
        rows,
    }
    .markup()
}

fn framed<'a>(plot: &Lines<'a>) -> Frame<'a> {
    let all = || plot.curves.iter().flat_map(|curve| &curve.points);
    let up = match plot.range {
        Some((low, high)) => Axis::exact(low, high, 5),
        None => Axis::linear(all().map(|point| point.1), 5),
    };
    let (low, high) = all()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| (low.min(point.0), high.max(point.0)));
    let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
    let (across, name, shown): (_, _, fn(f64) -> String) = match plot.along {
        Along::Steps(name) => (steps(low, high), name, number),
        Along::Time => (days(low, high), "", day),
    };
    Frame { across, up, names: [name, plot.up], shown: [shown, number] }
}

/// Whole steps alone have a line.
fn steps(low: f64, high: f64) -> Axis {
    let axis = Axis::exact(low, high, 6);
    let ticks = axis.ticks.clone();
    axis.with(ticks.into_iter().filter(|tick| tick.fract() == 0.0))
}

/// Midnights, as many whole days apart as leave room for their names.
fn days(low: f64, high: f64) -> Axis {
    const DAY: f64 = 86_400.0;
    let (first, last) = ((low / DAY).floor(), (high / DAY).ceil().max((low / DAY).floor() + 1.0));
    let apart = ((last - first) / 4.0).ceil().max(1.0);
    let count = ((last - first) / apart).floor() as u32;
    let ticks = (0..=count).map(|at| (first + f64::from(at) * apart) * DAY);
    Axis::exact(first * DAY, last * DAY, 4).with(ticks)
}

fn number(value: f64) -> String {
    Number(value).to_string()
}

/// The day of a time in seconds since 1970, by UTC.
fn day(seconds: f64) -> String {
    Timestamp::from_second(seconds as i64)
        .map_or_else(|_| String::new(), |time| time.strftime("%b %-d").to_string())
}

fn drawn(at: usize, curve: &Curve, frame: &Frame<'_>, is_dotted: bool) -> Markup {
    let pieces = curve.points.split(|(_, y)| !y.is_finite());
    let pieces = pieces.filter(|piece| !piece.is_empty());
    html! {
        @for piece in pieces.clone() {
            polyline class={ "curve " (style(at)) } points=(piece.iter().map(|&p| place(frame.at(p))).collect::<Vec<_>>().join(" ")) {}
        }
        @if is_dotted && curve.points.len() <= POINTS {
            @for &p in pieces.flatten() { (point(at, frame.at(p))) }
        }
    }
}

fn place((x, y): (f64, f64)) -> String {
    format!("{},{}", unit(x), unit(y))
}

/// Curves with the same steps are columns side by side; others one below the other.
fn table(plot: &Lines<'_>) -> (Vec<Cell>, Vec<Vec<Cell>>) {
    match plot.along {
        Along::Steps(name) => by_step(name, plot.curves),
        Along::Time => by_time(plot),
    }
}

fn by_step(name: &str, curves: &[Curve]) -> (Vec<Cell>, Vec<Vec<Cell>>) {
    let longest = curves.iter().max_by_key(|curve| curve.points.len());
    let steps: Vec<f64> =
        longest.into_iter().flat_map(|curve| curve.points.iter().map(|point| point.0)).collect();
    let value = |curve: &Curve, step: f64| {
        let found = curve.points.iter().find(|point| point.0 == step);
        Cell::number(found.map_or(String::new(), |point| number(point.1)))
    };
    let row = |step: f64| {
        let values = curves.iter().map(|curve| value(curve, step));
        [Cell::text(number(step))].into_iter().chain(values).collect()
    };
    let columns = [Cell::text(name)].into_iter().chain(curves.iter().map(|curve| Cell::number(&curve.name)));
    (columns.collect(), picked(&steps).map(row).collect())
}

fn by_time(plot: &Lines<'_>) -> (Vec<Cell>, Vec<Vec<Cell>>) {
    let columns = vec![Cell::text("Of"), Cell::text("Day"), Cell::number(plot.up)];
    let rows = plot.curves.iter().flat_map(|curve| {
        let row =
            |(x, y): (f64, f64)| vec![Cell::text(&curve.name), Cell::text(day(x)), Cell::number(number(y))];
        picked(&curve.points).map(row)
    });
    (columns, rows.collect())
}

fn picked<T: Copy>(all: &[T]) -> impl Iterator<Item = T> {
    let count = all.len().min(ROWS);
    (0..count).map(move |at| all[at * (all.len() - 1) / (count - 1).max(1)])
}
