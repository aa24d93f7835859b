//! How a whole is shared out: levels of a class, milestone by milestone.

use maud::{Markup, html};

use super::{Figure, LETTER, WIDTH, fitted, rect, text};
use crate::html::Cell;

/// Bars that are full, each shared out.
#[derive(Clone, Copy, Debug)]
pub struct Stacked<'a> {
    /// What they show.
    pub title: &'a str,
    /// The same in words.
    pub summary: &'a str,
    /// What the names of the bars are called in the table.
    pub of: &'a str,
    /// The parts of every bar, from left to right.
    pub parts: &'a [Part],
    /// In order.
    pub shares: &'a [Share],
}

/// A kind of part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// The class of its shade: a level's name in small letters, or `none` for what there is not.
    pub class: &'static str,
}

/// A bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its name.
    pub name: String,
    /// How many, for every part.
    pub counts: Vec<usize>,
}

/// Units from a bar to the next.
const PITCH: f64 = 26.0;

/// The bars from top to bottom, each as long as the others: what is compared is the shares.
pub fn stacked(plot: &Stacked<'_>) -> Markup {
    let longest = plot.shares.iter().map(|share| share.name.chars().count()).max().unwrap_or(0) as f64;
    let left = if longest > 0.0 { (longest * LETTER + 8.0).min(160.0) } else { 0.0 };
    let drawing = html! {
        @for (at, share) in plot.shares.iter().enumerate() {
            @let top = PITCH * at as f64 + 4.0;
            @if !share.name.is_empty() { (text(None, (left - 8.0, top + 13.0), "end", &fitted(&share.name, left))) }
            (one(share, plot.parts, (left, top)))
        }
    };
    let legend = html! {
        ul.legend { @for part in plot.parts { li { span class={ "swatch " (part.class) } {} (part.name) } } }
    };
    let columns =
        [Cell::text(plot.of)].into_iter().chain(plot.parts.iter().map(|part| Cell::number(&part.name)));
    let row = |share: &Share| {
        let counts = share.counts.iter().map(|count| Cell::number(count.to_string()));
        [Cell::text(&share.name)].into_iter().chain(counts).collect()
    };
    Figure {
        title: plot.title,
        summary: plot.summary,
        height: PITCH * plot.shares.len() as f64 + 2.0,
        drawing,
        legend: Some(legend),
        columns: columns.collect(),
        rows: plot.shares.iter().map(row).collect(),
    }
    .markup()
}

fn one(share: &Share, parts: &[Part], (left, top): (f64, f64)) -> Markup {
    let all: usize = share.counts.iter().sum();
    let width = |count: usize| (WIDTH - left) * count as f64 / all.max(1) as f64;
    let mut x = left;
    let pieces = parts.iter().zip(&share.counts).map(|(part, &count)| {
        let from = x;
        x += width(count);
        (part, count, from)
    });
    html! {
        @for (part, count, from) in pieces.filter(|piece| piece.1 > 0) {
            @let class = if part.class == "none" { "none".to_owned() } else { format!("level {}", part.class) };
            (rect(&class, (from + 0.5, top), (width(count) - 1.0).max(0.5), PITCH - 8.0))
        }
    }
}
