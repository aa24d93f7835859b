//! The field that curves and points are drawn in: its axes, their lines and what is written at them.

use maud::{Markup, html};

use super::{LETTER, WIDTH, axis::Axis, line, text};

/// Units that the field is high.
const HEIGHT: f64 = 180.0;

/// Units above the field: what goes up is called.
const TOP: f64 = 22.0;

/// Units right of the field: half of the last value below it.
const RIGHT: f64 = 20.0;

/// A field.
pub(super) struct Frame<'a> {
    pub(super) across: Axis,
    pub(super) up: Axis,
    /// What goes across, and what goes up.
    pub(super) names: [&'a str; 2],
    /// How a value is written at the axis across, and at the one that goes up.
    pub(super) shown: [fn(f64) -> String; 2],
}

impl Frame<'_> {
    /// The units of the whole drawing.
    pub(super) fn height(&self) -> f64 {
        TOP + HEIGHT + if self.names[0].is_empty() { 20.0 } else { 36.0 }
    }

    /// Where a pair of values is drawn.
    pub(super) fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let left = self.left();
        (left + (WIDTH - RIGHT - left) * self.across.at(x), TOP + HEIGHT * (1.0 - self.up.at(y)))
    }

    /// Lines and words, to be drawn before what is in the field.
    pub(super) fn markup(&self) -> Markup {
        let ((left, right), (low, high)) = (self.across.ends(), self.up.ends());
        let bottom = TOP + HEIGHT;
        html! {
            @if !self.names[1].is_empty() { (text(Some("quiet"), (0.0, 10.0), "start", self.names[1])) }
            @for &tick in &self.up.ticks {
                (line("grid", self.at((left, tick)), self.at((right, tick))))
                (text(Some("quiet"), (self.left() - 6.0, self.at((left, tick)).1 + 4.0), "end", &(self.shown[1])(tick)))
            }
            @for &tick in &self.across.ticks {
                @let x = self.at((tick, low)).0;
                (line("grid", (x, bottom), (x, bottom + 4.0)))
                (text(Some("quiet"), (x, bottom + 16.0), "middle", &(self.shown[0])(tick)))
            }
            @if !self.names[0].is_empty() {
                (text(Some("quiet"), (WIDTH - RIGHT, bottom + 32.0), "end", self.names[0]))
            }
            (line("base", self.at((left, low)), self.at((right, low))))
            (line("base", self.at((left, low)), self.at((left, high))))
        }
    }

    /// The room that the values at the axis that goes up need.
    fn left(&self) -> f64 {
        let longest = self.up.ticks.iter().map(|&tick| (self.shown[1])(tick).chars().count()).max();
        (longest.unwrap_or(0) as f64 * LETTER + 8.0).max(24.0)
    }
}
