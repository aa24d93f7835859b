//! What the terminal can show, and the ways to standard output.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use console::Term;
use miette::MietteHandlerOpts;
use serde::Serialize;
use supports_unicode::Stream;
use tito_report::{Style, Tool};
use tito_sandbox::WASMTIME_VERSION;

use crate::failure::Failure;

/// Columns where the output is no terminal.
const WIDTH: usize = 100;

/// How errors are drawn: paths stay whole, so that they can be copied.
pub(crate) fn prepare() {
    let hook = miette::set_hook(Box::new(|_| Box::new(MietteHandlerOpts::new().break_words(false).build())));
    hook.expect("nobody else sets how errors are drawn");
}

/// What standard output can show: no colours with `NO_COLOR` or where it is no terminal.
pub(crate) fn style() -> Style {
    let width = Term::stdout().size_checked().map_or(WIDTH, |(_, width)| width.into());
    Style { color: console::colors_enabled(), width, unicode: supports_unicode::on(Stream::Stdout) }
}

/// The versions that a report names.
pub(crate) fn tool() -> Tool {
    Tool { version: env!("CARGO_PKG_VERSION").into(), wasmtime: WASMTIME_VERSION.into() }
}

/// Prints to standard output. Whoever closes it early, as `head` does, has read enough.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::ours("cannot write to standard output").because(error))
        }
        _ => Ok(()),
    }
}

/// Prints to standard error. That nobody can read it, or that its disk is full, is no reason to end.
pub(crate) fn say(text: &str) {
    let _unread = writeln!(io::stderr(), "{text}");
}

/// Prints one JSON document of this schema, version 1.
pub(crate) fn print_json(schema: &'static str, content: &impl Serialize) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Schema {
        name: &'static str,
        version: u32,
    }
    #[derive(Serialize)]
    struct Document<'a, T> {
        schema: Schema,
        tool: Tool,
        #[serde(flatten)]
        content: &'a T,
    }
    let document = Document { schema: Schema { name: schema, version: 1 }, tool: tool(), content };
    let text =
        serde_json::to_string_pretty(&document).expect("documents have string keys and no failing parts");
    print(&(text + "\n"))
}

/// Rows as a table without lines, two columns from the left, whose last column wraps.
pub(crate) fn table<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(style().width).unwrap_or(u16::MAX)).force_no_tty();
    table.add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if index == 0 { 2 } else { 0 }, 2));
    }
    table.trim_fmt() + "\n"
}

/// A heading in bold.
pub(crate) fn heading(text: &str) -> String {
    console::style(text).bold().to_string()
}
