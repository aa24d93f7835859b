//! Text that somebody else wrote, made harmless to Markdown.

use crate::printable::printable;

/// `text` as a piece of a line of Markdown, also inside a table: what has a meaning in it is written with a backslash. What
/// opens a tag is written as HTML would, for those who read Markdown by rules of their own.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in printable(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '>' | '|' | '~' | '&' | '$' | '#' | '!' => {
                out.extend(['\\', c]);
            }
            _ => out.push(c),
        }
    }
    // A bare address becomes a link by itself.
    out.replace("://", ":\\//")
}

/// Lines of a table with a head, ending in a newline. A column whose name ends in a space stands at the right.
pub(crate) fn table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let names: Vec<_> = columns.iter().map(|name| name.trim_end().to_owned()).collect();
    let rules = columns.iter().map(|name| if name.ends_with(' ') { "---:" } else { "---" }.to_owned());
    let rows = rows.into_iter().map(|row| line(&row)).collect::<String>();
    line(&names) + &line(&rules.collect::<Vec<_>>()) + &rows
}

/// A paragraph that says who a report is for, if not for everybody.
pub(crate) fn notice(notice: Option<&str>) -> String {
    notice.map(|notice| format!("**{notice}**\n\n")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_is_escaped() {
        for (text, written) in [
            ("plain, 3.5 %", "plain, 3.5 %"),
            ("a|b `c` *d*\nnew", r"a\|b \`c\` \*d\*\\nnew"),
            ("<script>", r"&lt;script\>"),
            ("[x](http://a.b)", r"\[x\](http:\//a.b)"),
            ("\u{202e}", r"\\u{202e}"),
        ] {
            assert_eq!(markdown(text), written);
        }
    }
}
