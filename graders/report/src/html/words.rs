//! Levels, endings and shares as every page shows them.

use jiff::Timestamp;
use maud::{Markup, html};
use tito_grade::Level;

use crate::{ending::Ending, moment::moment};

/// A level: a square in its shade, and its name.
pub(crate) fn level(level: Level) -> Markup {
    html! { span.level { span class={ "swatch " (class(level)) } {} (level) } }
}

/// The class that gives a level its shade.
pub(crate) fn class(level: Level) -> &'static str {
    match level {
        Level::Insufficient => "insufficient",
        Level::Beginning => "beginning",
        Level::Developing => "developing",
        Level::Proficient => "proficient",
        Level::Exemplary => "exemplary",
    }
}

/// A bar of which a share, from 0 to 1, is filled; its figure stands beside it. None where there is no figure, which is not
/// an empty bar.
pub(crate) fn meter(share: Option<f64>) -> Markup {
    let Some(share) = share else { return html! {} };
    let width = format!("width:{:.1}%", 100.0 * share.clamp(0.0, 1.0));
    html! { span.meter aria-hidden="true" { span style=(width) {} } }
}

/// How a check ended, as a sign.
pub(crate) fn mark(ending: Ending) -> Markup {
    html! { span class=(tone(ending)) aria-hidden="true" { (ending.sign(true)) } }
}

/// How a check ended, in words.
pub(crate) fn status(ending: Ending) -> Markup {
    html! { span class=(tone(ending)) { (ending.name()) } }
}

fn tone(ending: Ending) -> &'static str {
    match ending {
        Ending::Passed => "good",
        Ending::Failed => "bad",
        Ending::InPart | Ending::NotRun | Ending::AwaitingReview => "open",
        Ending::Reviewed => "faint",
    }
}

/// A sentence in which names stand between backticks.
pub(crate) fn sentence(text: &str) -> Markup {
    let pieces: Vec<_> = text.split('`').collect();
    // A backtick without another is a backtick.
    if pieces.len() % 2 == 0 {
        return html! { (text) };
    }
    html! {
        @for (at, piece) in pieces.iter().enumerate() { @if at % 2 == 1 { code { (piece) } } @else { (piece) } }
    }
}

/// A moment, which breaks between day and time alone.
pub(crate) fn when(at: Timestamp) -> Markup {
    let text = moment(at);
    let (day, time) = text.split_once(' ').unwrap_or((&text, ""));
    html! { span.whole { (day) } " " span.whole { (time) } }
}
