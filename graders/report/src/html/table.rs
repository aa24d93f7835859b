//! Tables.

use maud::{Markup, html};

/// A table with a head.
#[derive(Default)]
pub(crate) struct Table<'a> {
    /// What it shows; said aloud before it, and unique in its section.
    pub(crate) caption: &'a str,
    /// Whether the caption is to be seen, too.
    pub(crate) is_titled: bool,
    /// Whether its lines may be too long for a phone, so that it scrolls.
    pub(crate) is_wide: bool,
    /// Whether its columns are as wide as those of the same table elsewhere on the page, whatever stands in them.
    pub(crate) is_even: bool,
    /// The names of the columns.
    pub(crate) columns: Vec<Cell>,
    /// The first cell of a row is its name.
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// What stands in a cell.
#[derive(Clone)]
pub(crate) struct Cell {
    content: Markup,
    class: &'static str,
}

impl Cell {
    /// Words.
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self::of(html! { (text.as_ref()) })
    }

    /// A figure, which stands at the right.
    pub(crate) fn number(text: impl AsRef<str>) -> Self {
        Self { class: "number", ..Self::text(text) }
    }

    /// A figure with something beside it.
    pub(crate) fn figure(content: Markup) -> Self {
        Self { content, class: "number" }
    }

    /// Anything.
    pub(crate) fn of(content: Markup) -> Self {
        Self { content, class: "" }
    }

    /// The same in a column that a phone does without.
    pub(crate) fn spare(self) -> Self {
        let class = match self.class {
            "number" => "number spare",
            "meters" => "meters spare",
            _ => "spare",
        };
        Self { class, ..self }
    }

    /// The same as wide as meters are.
    pub(crate) fn meter(self) -> Self {
        Self { class: "meters", ..self }
    }

    fn class(&self) -> Option<&'static str> {
        (!self.class.is_empty()).then_some(self.class)
    }
}

impl Table<'_> {
    /// The table; one that is wide scrolls by itself, with the keyboard as well.
    pub(crate) fn markup(&self) -> Markup {
        if !self.is_wide {
            return self.table();
        }
        html! { div.wide role="group" tabindex="0" aria-label=(self.caption) { (self.table()) } }
    }

    fn table(&self) -> Markup {
        html! {
            table.even[self.is_even] aria-label=[(!self.is_titled).then_some(self.caption)] {
                @if self.is_titled { caption { (self.caption) } }
                thead { tr { @for cell in &self.columns { (head(cell)) } } }
                tbody { @for row in &self.rows { tr { @for (at, cell) in row.iter().enumerate() { (inner(at, cell)) } } } }
            }
        }
    }
}

/// A column without a name has nothing to be announced by, and an empty head is an error to those who listen.
fn head(cell: &Cell) -> Markup {
    if cell.content.0.is_empty() {
        return html! { td class=[cell.class()] {} };
    }
    html! { th scope="col" class=[cell.class()] { (cell.content) } }
}

fn inner(at: usize, cell: &Cell) -> Markup {
    if at == 0 && !cell.content.0.is_empty() {
        return html! { th scope="row" class=[cell.class()] { (cell.content) } };
    }
    html! { td class=[cell.class()] { (cell.content) } }
}
