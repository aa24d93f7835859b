//! CSV that a spreadsheet may open.

use crate::printable::printable;

/// Rows with a head as CSV. What somebody else wrote is in it as text: a cell that a spreadsheet would take for a formula
/// begins with an apostrophe, after OWASP's *CSV Injection*.
pub(crate) fn sheet<const N: usize>(
    columns: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let rows = rows.into_iter().map(|row| row.map(|cell| harmless(&cell)));
    for row in [columns.map(str::to_owned)].into_iter().chain(rows) {
        writer.write_record(row).expect("memory takes everything");
    }
    let bytes = writer.into_inner().expect("memory takes everything");
    String::from_utf8(bytes).expect("strings are UTF-8")
}

/// Control characters first: a tab or a line break may come before the sign.
fn harmless(cell: &str) -> String {
    let cell = printable(cell);
    let begins = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if begins && cell.parse::<f64>().is_err() { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text() {
        for (cell, written) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("  @SUM(A1)", "'  @SUM(A1)"),
            ("-2.5", "-2.5"),
            ("-2+cmd|' /C calc'!A0", "'-2+cmd|' /C calc'!A0"),
            ("\t=1", r"\t=1"),
        ] {
            assert_eq!(harmless(cell), written);
        }
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let row = ["a,b", "say \"no\"", "two\nlines"].map(str::to_owned);
        assert_eq!(sheet(["x", "y", "z"], [row]), "x,y,z\n\"a,b\",\"say \"\"no\"\"\",two\\nlines\n");
    }
}
