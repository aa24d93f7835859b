//! What was graded, and with what.

use tito_grade::{ComponentId, DataUsed, Grade, SeedUsed};

use crate::{
    Style,
    printable::printable,
    style::Tone::{Faint, Plain},
};

/// The milestone, what a student can say who reached it, and what the grade was derived from.
pub(super) fn header(grade: &Grade, capability: &str, style: Style) -> String {
    let title = format!("Milestone {}: {}", grade.milestone, printable(&grade.name));
    let rows = [
        ("capability", format!("\"{}\"", printable(capability))),
        ("component", component(&grade.component)),
        ("seed", seed(&grade.seed)),
        ("data", data(&grade.data)),
    ];
    let rows = rows.map(|(name, value)| vec![Faint.cell(name), Plain.cell(value)]).to_vec();
    style.paint(&title, Plain, true) + "\n" + &style.table(2, rows)
}

/// The first digits of the digest, enough to tell files apart by eye, and the size.
pub(crate) fn component(id: &ComponentId) -> String {
    let short: String = id.sha256.chars().take(12).collect();
    format!("{} ({})", printable(&short), size(id.bytes))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// Where the cases came from.
pub(crate) fn seed(seed: &SeedUsed) -> String {
    match seed {
        SeedUsed::Public => "public: everybody has the same cases".into(),
        SeedUsed::Secret(digest) => {
            let short: String = digest.chars().take(12).collect();
            format!("secret, derived for this component ({})", printable(&short))
        }
    }
}

/// What accuracy was measured on.
pub(crate) fn data(data: &DataUsed) -> String {
    let what = format!("{}, {} examples", printable(&data.name), data.examples);
    let what = match &data.stands_in_for {
        Some(other) => format!("{what}; stands in for {other}"),
        None => what,
    };
    match &data.imported_sha256 {
        Some(digest) => {
            let short: String = digest.chars().take(12).collect();
            format!("{what}; as imported ({}), not as published", printable(&short))
        }
        None => what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (bytes, shown) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (76_543, "76.5 kB"),
            (4_200_000, "4.2 MB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
    }
}
