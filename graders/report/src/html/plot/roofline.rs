//! What was reached, below what a machine could do.
//!
//! After Williams, Waterman and Patterson, *Roofline: An Insightful Visual Performance Model*, CACM 2009.

use maud::{Markup, html};
use tito_grade::Number;

use super::{Figure, axis::Axis, frame::Frame, key, line, point, text};
use crate::html::Cell;

/// A roof, and points below it.
#[derive(Clone, Copy, Debug)]
pub struct Roofline<'a> {
    /// What it shows.
    pub title: &'a str,
    /// The same in words.
    pub summary: &'a str,
    /// The most operations that the machine does, in GFLOP/s.
    pub peak: f64,
    /// What it reads from memory, in GB/s, where that was measured: the roof slants where memory is the limit.
    pub bandwidth: Option<f64>,
    /// In order; those with one name look alike.
    pub dots: &'a [Dot],
}

/// Something that was timed.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// Whose it is.
    pub name: String,
    /// What was computed.
    pub work: String,
    /// Operations for each byte.
    pub intensity: f64,
    /// What was reached, in GFLOP/s.
    pub pace: f64,
}

/// Both axes are powers of ten.
pub fn roofline(plot: &Roofline<'_>) -> Markup {
    let ridge = plot.bandwidth.map(|bandwidth| plot.peak / bandwidth);
    let frame = Frame {
        across: Axis::logarithmic(plot.dots.iter().map(|dot| dot.intensity).chain(ridge)),
        up: Axis::logarithmic(plot.dots.iter().map(|dot| dot.pace).chain([plot.peak])),
        names: ["operations for each byte", "GFLOP/s"],
        shown: [short, short],
    };
    let names = names(plot.dots);
    let place = |name: &str| names.iter().position(|&known| known == name).unwrap_or(0);
    let drawing = html! {
        (frame.markup())
        (roof(plot, &frame))
        @for dot in plot.dots.iter().filter(|dot| dot.intensity > 0.0 && dot.pace > 0.0) {
            (point(place(&dot.name), frame.at((dot.intensity, dot.pace))))
        }
    };
    let legend =
        html! { ul.legend { @for (at, name) in names.iter().enumerate() { (key(at, name, false, true)) } } };
    Figure {
        title: plot.title,
        summary: plot.summary,
        height: frame.height(),
        drawing,
        legend: Some(legend),
        columns: vec![
            Cell::text("Work"),
            Cell::text("Of"),
            Cell::number("Operations for each byte"),
            Cell::number("GFLOP/s"),
        ],
        rows: rows(plot),
    }
    .markup()
}

/// Level at the peak, and slanting up to it where the bandwidth is known.
fn roof(plot: &Roofline<'_>, frame: &Frame<'_>) -> Markup {
    let ((left, right), (low, _)) = (frame.across.ends(), frame.up.ends());
    let start = plot.bandwidth.map_or(left, |bandwidth| (plot.peak / bandwidth).max(left));
    let (from, to) = (frame.at((start, plot.peak)), frame.at((right, plot.peak)));
    html! {
        (line("roof", from, to))
        @if let Some(bandwidth) = plot.bandwidth.filter(|_| start > left) {
            @let foot = left.max(low / bandwidth);
            (line("roof", frame.at((foot, foot * bandwidth)), from))
        }
        (text(None, (to.0, to.1 - 5.0), "end", &format!("peak of one thread, {} GFLOP/s", short(plot.peak))))
    }
}

fn rows(plot: &Roofline<'_>) -> Vec<Vec<Cell>> {
    let row = |dot: &Dot| {
        vec![
            Cell::text(&dot.work),
            Cell::text(&dot.name),
            Cell::number(short(dot.intensity)),
            Cell::number(short(dot.pace)),
        ]
    };
    plot.dots.iter().map(row).collect()
}

/// The names of the dots, each once, in the order in which they come.
fn names(dots: &[Dot]) -> Vec<&str> {
    dots.iter().fold(Vec::new(), |mut names, dot| {
        if !names.contains(&dot.name.as_str()) {
            names.push(&dot.name);
        }
        names
    })
}

fn short(value: f64) -> String {
    Number(value).to_string()
}
