//! The shell of a page: what stands around every report.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{Tool, moment::moment, printable::printable_html};

/// The style of every page.
const STYLE: &str = include_str!("page.css");

/// What a browser may load and run for a page: nothing but the styles in it.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// A page: one HTML file with everything in it, without scripts.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// What it is about: the heading, and with `kind` the name of the window.
    pub title: &'a str,
    /// A banner above everything, for what must not be given to everybody.
    pub notice: Option<&'a str>,
    /// What it is and of which course, for example `Student report, CS329S Fall 2024`.
    pub kind: &'a str,
    /// A line under the heading.
    pub facts: &'a str,
    /// The sections; the first is shown first.
    pub sections: &'a [Section],
    /// What made it.
    pub tool: &'a Tool,
    /// When it was made.
    pub generated_at: Timestamp,
}

/// A section of a page.
#[derive(Clone, Debug)]
pub struct Section {
    /// What links to it say, unique in the page: letters, digits and hyphens.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What stands under its heading; its own headings are of the third level.
    pub body: Markup,
}

impl Page<'_> {
    /// The whole file. Characters that do something else than stand there, such as those that turn the direction of
    /// reading, are escapes in it, wherever they came from.
    pub fn render(&self) -> String {
        printable_html(&self.markup().into_string())
    }

    fn markup(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                (self.head())
                body {
                    a.skip href="#content" { "Skip to content" }
                    header {
                        @if let Some(notice) = self.notice { p.notice { strong { (notice) } } }
                        p.kicker { (self.kind) }
                        h1 { (self.title) }
                        @if !self.facts.is_empty() { p.faint { (self.facts) } }
                        @if self.sections.len() > 1 { (contents(self.sections)) }
                    }
                    main #content tabindex="-1" { @for section in self.sections { (section.markup()) } }
                    footer {
                        p { "Made by tito " (self.tool.version) " with wasmtime " (self.tool.wasmtime) ", " (moment(self.generated_at)) "." }
                    }
                }
            }
        }
    }

    fn head(&self) -> Markup {
        html! {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                // Without it, a browser that was given the page by a server asks for its icon.
                link rel="icon" href="data:,";
                title { (self.title) " · " (self.kind) }
                style { (PreEscaped(STYLE)) }
            }
        }
    }
}

impl Section {
    /// A section; `id` is what links to it say.
    pub fn new(id: impl Into<String>, title: impl Into<String>, body: Markup) -> Self {
        Self { id: id.into(), title: title.into(), body }
    }

    fn markup(&self) -> Markup {
        html! {
            section aria-labelledby=(self.id) {
                h2 id=(self.id) { (self.title) }
                (self.body)
            }
        }
    }
}

fn contents(sections: &[Section]) -> Markup {
    html! {
        nav.contents aria-label="Contents" {
            ul { @for section in sections { li { a href={ "#" (section.id) } { (section.title) } } } }
        }
    }
}
