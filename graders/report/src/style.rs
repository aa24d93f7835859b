//! How a terminal report is drawn: colours, width, characters.

use comfy_table::{Cell, Color, Column, ColumnConstraint, ContentArrangement, Table, presets};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to write colours.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// Whether to draw with characters outside ASCII. Text is shown as it is either way.
    pub unicode: bool,
}

/// What a piece of text means; its colour follows.
#[derive(Clone, Copy)]
pub(crate) enum Tone {
    Plain,
    Good,
    Bad,
    Open,
    Faint,
}

impl Style {
    /// `text` in the colour of its meaning and, where `bold`, in bold.
    pub(crate) fn paint(self, text: &str, tone: Tone, bold: bool) -> String {
        let style = match tone {
            Tone::Plain => console::Style::new(),
            Tone::Good => console::Style::new().green(),
            Tone::Bad => console::Style::new().red(),
            Tone::Open => console::Style::new().yellow(),
            Tone::Faint => console::Style::new().dim(),
        };
        let style = if bold { style.bold() } else { style };
        style.force_styling(self.color).apply_to(text).to_string()
    }

    /// A table without lines, `indent` columns from the left, which wraps its last column at the width. In a
    /// file and without colours it is the same table.
    pub(crate) fn table(self, indent: u16, rows: Vec<Vec<Cell>>) -> String {
        self.laid_out(indent, rows).trim_fmt() + "\n"
    }

    /// The same with the first column as wide as what is in it: what somebody copies into a command must not be broken.
    pub(crate) fn table_of_ids(self, indent: u16, rows: Vec<Vec<Cell>>) -> String {
        let mut table = self.laid_out(indent, rows);
        table.column_mut(0).map(|ids| ids.set_constraint(ColumnConstraint::ContentWidth));
        table.trim_fmt() + "\n"
    }

    fn laid_out(self, indent: u16, rows: Vec<Vec<Cell>>) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(self.width).unwrap_or(u16::MAX)).force_no_tty();
        if self.color {
            table.enforce_styling();
        }
        table.add_rows(rows);
        for (index, column) in table.column_iter_mut().enumerate() {
            pad(column, if index == 0 { indent } else { 0 });
        }
        table
    }

    /// A bar of `width` columns of which the share `full`, from 0 to 1, is filled.
    pub(crate) fn bar(self, full: f64, width: usize) -> String {
        // A bar is full only where nothing is missing, hence the floor.
        let filled = ((full.clamp(0.0, 1.0) * width as f64) as usize).min(width);
        let (on, off) = if self.unicode { ("█", "░") } else { ("#", ".") };
        on.repeat(filled) + &off.repeat(width - filled)
    }

    /// The one of two drawings that the terminal can show.
    pub(crate) fn either<T>(self, unicode: T, ascii: T) -> T {
        if self.unicode { unicode } else { ascii }
    }
}

impl Tone {
    /// A cell of a table in this tone.
    pub(crate) fn cell(self, text: impl ToString) -> Cell {
        let cell = Cell::new(text);
        match self {
            Self::Plain => cell,
            Self::Good => cell.fg(Color::Green),
            Self::Bad => cell.fg(Color::Red),
            Self::Open => cell.fg(Color::Yellow),
            Self::Faint => cell.fg(Color::DarkGrey),
        }
    }
}

fn pad(column: &mut Column, left: u16) {
    column.set_padding((left, 2));
}
