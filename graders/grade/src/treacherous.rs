//! Characters that are not shown but obeyed.

/// Whether a terminal or a page does something else than show this character: controls (C0, DEL, C1), line separators,
/// invisible characters and those that turn the direction of reading (CVE-2021-42574). All are below U+10000.
///
/// Evidence may hold what a guest says, and whoever prints it writes these as escapes.
pub fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
