//! What checks have measured, where it is better read as a table.

use tito_grade::{Grade, Table};

use crate::{
    Style,
    printable::printable,
    style::Tone::{Faint, Plain},
};

/// Every table of every check, in the rubric's order.
pub(super) fn tables(grade: &Grade, style: Style) -> String {
    let tables: Vec<_> = grade
        .checks()
        .flat_map(|check| {
            let tables = check.evidence.tables.iter().chain(&check.evidence.observed);
            tables.map(|table| drawn(&check.name, table, style))
        })
        .collect();
    tables.join("\n")
}

fn drawn(check: &str, table: &Table, style: Style) -> String {
    let title = format!("{} ({})", printable(&table.title), printable(check));
    let head = table.columns.iter().map(|name| Faint.cell(printable(name))).collect();
    let rows = table.rows.iter().map(|row| row.iter().map(|text| Plain.cell(printable(text))).collect());
    let rows = [head].into_iter().chain(rows).collect();
    style.paint(&title, Plain, true) + "\n" + &style.table(2, rows)
}
