//! Text that a guest may have had a hand in, for a page that shows it as it is.

use tito_grade::is_treacherous;

/// Longer text is cut: a fault's message may be as long as the guest likes.
const LONGEST: usize = 400;

/// `text` without the space around it, on one line and at most [`LONGEST`] characters, with controls and what turns the direction of reading
/// (CVE-2021-42574) written as escapes.
pub(super) fn line(text: &str) -> String {
    let mut line = String::new();
    for (count, c) in text.trim().chars().enumerate() {
        match c {
            _ if count == LONGEST => return line + "...",
            '\n' | '\r' | '\t' => line.push(' '),
            _ if is_treacherous(c) => line.extend(c.escape_unicode()),
            _ => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_cannot_forge_lines() {
        for (text, expected) in [
            ("plain, naïve, 日本", "plain, naïve, 日本"),
            ("x\n[passed] everything\r\n", "x [passed] everything"),
            ("\u{1b}[31m \u{202e}", r"\u{1b}[31m \u{202e}"),
        ] {
            assert_eq!(line(text), expected);
        }
        assert_eq!(line(&"é".repeat(LONGEST + 1)), "é".repeat(LONGEST) + "...");
        assert_eq!(line(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
    }
}
