//! Plots as SVG, each with the same figures as a table.
//!
//! Our own code, since the crates that plot draw fixed colours, which one of light and dark always loses, write their words as
//! outlines or without a name for those who listen, and bring fonts and canvases along. Here colours are classes of the
//! page's style, every drawing has a title and a description, and no curve is told from another by its colour alone.
//!
//! A drawing is 360 units wide, the width of a phone, so that its words are as large there as on a desk.

mod axis;
mod bars;
mod frame;
mod histogram;
mod lines;
mod roofline;
mod stacked;

pub use bars::{Bar, Bars, bars};
pub use histogram::histogram;
pub use lines::{Along, Curve, Lines, lines};
pub use roofline::{Dot, Roofline, roofline};
pub use stacked::{Part, Share, Stacked, stacked};

use maud::{Markup, html};

use super::{Cell, Table};

/// How wide every drawing is, in units.
const WIDTH: f64 = 360.0;

/// How wide a letter of a label is at most, in units, on the average of a word.
const LETTER: f64 = 6.6;

/// What every plot is made of.
struct Figure<'a> {
    /// What it shows.
    title: &'a str,
    /// The same in words, for those who do not see it.
    summary: &'a str,
    /// In units.
    height: f64,
    drawing: Markup,
    legend: Option<Markup>,
    columns: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

impl Figure<'_> {
    fn markup(self) -> Markup {
        let caption = format!("{}, as a table", self.title);
        let table = Table {
            caption: &caption,
            is_wide: true,
            columns: self.columns,
            rows: self.rows,
            ..Table::default()
        };
        html! {
            figure {
                figcaption { (self.title) }
                svg.plot role="img" viewBox={ "0 0 " (WIDTH) " " (unit(self.height)) } {
                    title { (self.title) }
                    desc { (self.summary) }
                    (self.drawing)
                }
                @if let Some(legend) = self.legend { (legend) }
                details { summary { "As a table" } (table.markup()) }
            }
        }
    }
}

/// A length or place in a drawing: a tenth of a unit is less than a screen shows.
fn unit(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A straight line. Its element has an end of its own, as all of a drawing have: HTML would put what follows into it.
fn line(class: &str, from: (f64, f64), to: (f64, f64)) -> Markup {
    html! { line class=(class) x1=(unit(from.0)) y1=(unit(from.1)) x2=(unit(to.0)) y2=(unit(to.1)) {} }
}

/// Words at a place; `anchor` is `start`, `middle` or `end`.
fn text(class: Option<&str>, at: (f64, f64), anchor: &str, words: &str) -> Markup {
    html! { text class=[class] x=(unit(at.0)) y=(unit(at.1)) text-anchor=(anchor) { (words) } }
}

/// A rectangle.
fn rect(class: &str, at: (f64, f64), width: f64, height: f64) -> Markup {
    html! { rect class=(class) x=(unit(at.0)) y=(unit(at.1)) width=(unit(width)) height=(unit(height)) {} }
}

/// What a legend says of a curve or of points: how they look, and their name.
fn key(at: usize, name: &str, is_curve: bool, is_dotted: bool) -> Markup {
    html! {
        li {
            svg aria-hidden="true" viewBox="0 0 28 12" {
                @if is_curve { (line(&format!("curve {}", style(at)), (1.0, 6.0), (27.0, 6.0))) }
                @if is_dotted { (point(at, (14.0, 6.0))) }
            }
            (name)
        }
    }
}

/// The classes of the curve with this place among the curves.
fn style(at: usize) -> String {
    let which = at % 6 + 1;
    format!("s{which} d{which}")
}

/// A point of such a curve: six shapes, so that they differ without their colours.
fn point(at: usize, (x, y): (f64, f64)) -> Markup {
    let class = format!("point s{}", at % 6 + 1);
    let [left, right, top, bottom] = [x - 3.5, x + 3.5, y - 3.5, y + 3.5].map(unit);
    let (x, y) = (unit(x), unit(y));
    html! {
        @match at % 6 {
            0 => circle class=(class) cx=(x) cy=(y) r="3.5" {},
            1 => rect class=(class) x=(left) y=(top) width="7" height="7" {},
            2 => polygon class=(class) points={ (x) "," (top) " " (right) "," (bottom) " " (left) "," (bottom) } {},
            3 => polygon class=(class) points={ (x) "," (top) " " (right) "," (y) " " (x) "," (bottom) " " (left) "," (y) } {},
            4 => polygon class=(class) points={ (left) "," (top) " " (right) "," (top) " " (x) "," (bottom) } {},
            _ => polygon class=(class) points={ (left) "," (y) " " (x) "," (top) " " (right) "," (y) " " (x) "," (y) } {},
        }
    }
}

/// `words` cut to the room that there is, in units.
fn fitted(words: &str, room: f64) -> String {
    let most = (room / LETTER) as usize;
    if words.chars().count() <= most {
        return words.to_owned();
    }
    words.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_cut_to_their_room() {
        for (words, room, shown) in
            [("short", 66.0, "short"), ("rather longer", 66.0, "rather lo…"), ("", 0.0, ""), ("a", 0.0, "…")]
        {
            assert_eq!(fitted(words, room), shown);
        }
    }

    #[test]
    fn lengths_are_short() {
        for (value, shown) in [(1.0, "1"), (0.25, "0.2"), (359.96, "360"), (-0.04, "-0")] {
            assert_eq!(unit(value), shown);
        }
    }
}
