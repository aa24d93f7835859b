//! What a cell of a spreadsheet holds: text that no spreadsheet calculates, and numbers with two decimals.

/// `text` so that no spreadsheet takes it for a formula: what starts like one gets a `'` in front, by which
/// spreadsheets know text.
///
/// CWE-1236: a student may be called `=HYPERLINK("…")`, and whoever opens the file would run it.
pub(crate) fn neutral(text: &str) -> String {
    const OPENERS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    if text.trim_start().starts_with(OPENERS) || text.starts_with(['\t', '\r', '\n']) {
        return format!("'{text}");
    }
    text.to_owned()
}

/// Points with at most two decimals, as Canvas shows and compares them; rounded down, so that none are given that were not
/// reached.
pub(crate) fn two_decimals(points: f64) -> f64 {
    (100.0 * points + 1e-9).floor() / 100.0
}

/// Points as they are written into a cell: `87.5`, `90`.
pub(crate) fn shown(points: f64) -> String {
    let text = format!("{points:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The number that a cell shows, with a decimal point or comma; the last of several is the decimal one, as Canvas reads
/// them. `None` for whatever is not a number.
pub(crate) fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.contains(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    if !is_number {
        return None;
    }
    let whole = |text: &str| text.replace(['.', ','], "");
    match text.rsplit_once(['.', ',']) {
        Some((before, decimals)) => format!("{}.{decimals}", whole(before)).parse().ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for (text, expected) in [
            ("Ann Lee", "Ann Lee"),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(neutral(text), expected);
        }
    }

    #[test]
    fn numbers_are_read_as_canvas_reads_them() {
        for (text, expected) in [
            ("12", Some(12.0)),
            ("12.5", Some(12.5)),
            ("12,5", Some(12.5)),
            ("1.234,50", Some(1234.5)),
            ("-3", Some(-3.0)),
            ("12.", Some(12.0)),
            (".5", Some(0.5)),
            ("85%", None),
            ("EX", None),
            ("1e5", None),
            ("NaN", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn points_have_two_decimals_and_none_that_were_not_reached() {
        for (points, expected) in [
            (87.5, "87.5"),
            (90.0, "90"),
            (89.999, "89.99"),
            (0.1 + 0.2, "0.3"),
            (0.0, "0"),
            (12.34, "12.34"),
        ] {
            assert_eq!(shown(two_decimals(points)), expected);
        }
    }
}
