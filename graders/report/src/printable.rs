//! Text that a guest may have had a hand in, made harmless to a terminal.

use std::fmt::Write;

use tito_grade::is_treacherous;

/// Longer text is cut: a fault's message may be as long as the guest likes.
const LONGEST: usize = 400;

/// `text` on one line and at most [`LONGEST`] characters, with what would move a cursor, change a colour or
/// turn the direction of reading written as escapes.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            out.push_str("...");
            break;
        }
        match c {
            _ if !is_treacherous(c) => out.push(c),
            '\n' | '\r' | '\t' => out.extend(c.escape_default()),
            _ => out.extend(c.escape_unicode()),
        }
    }
    out
}

/// A finished JSON document in which treacherous characters are escapes, which JSON means the same by. Only
/// the newlines between its lines are left: they cannot stand inside a JSON string.
pub(crate) fn printable_json(document: &str) -> String {
    document.chars().fold(String::with_capacity(document.len()), |mut out, c| {
        if c != '\n' && is_treacherous(c) {
            write!(out, "\\u{:04x}", u32::from(c)).expect("a string takes everything");
        } else {
            out.push(c);
        }
        out
    })
}

/// A finished HTML document in which treacherous characters are shown as escapes. Newlines are left: they part words, and
/// nothing in a document begins at one.
pub(crate) fn printable_html(document: &str) -> String {
    document.chars().fold(String::with_capacity(document.len()), |mut out, c| {
        match c {
            '\n' => out.push(c),
            _ if is_treacherous(c) => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_becomes_an_escape() {
        for (text, shown) in [
            ("plain, naïve, 日本", "plain, naïve, 日本"),
            ("red \u{1b}[31m", r"red \u{1b}[31m"),
            ("two\r\nlines\t", r"two\r\nlines\t"),
            ("c1 \u{9b}2J", r"c1 \u{9b}2J"),
            ("bidi \u{202e}txt", r"bidi \u{202e}txt"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(printable(&"x".repeat(LONGEST)).len(), LONGEST);
        assert_eq!(printable(&"é".repeat(LONGEST + 1)), "é".repeat(LONGEST) + "...");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({ "a": "\u{9b}2J \u{202e}\n" });
        let escaped = printable_json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!escaped.chars().any(|c| c != '\n' && is_treacherous(c)), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }
}
