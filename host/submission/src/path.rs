//! Which names an entry may have.

use unicode_normalization::UnicodeNormalization;

use crate::{
    SubmissionLimits,
    refused::{Checked, Refused, Rule, shown},
};

/// A path as an archive spells it, made plain: relative, `/` between its names, no `.` or `..` among them, nothing
/// that does not print. `None` is the archive's own folder, which many tars list as `./`.
///
/// A leading `./` and one trailing `/` are taken off.
pub(crate) fn plain<'a>(raw: &'a [u8], limits: &SubmissionLimits) -> Checked<Option<&'a str>> {
    let Ok(text) = std::str::from_utf8(raw) else {
        let text = String::from_utf8_lossy(raw);
        let message = format!("the path '{}' is not UTF-8; rename the file in ASCII", shown(&text));
        return Err(Refused::new(Rule::Path, message));
    };
    within(text, limits)?;
    let path = text.strip_prefix("./").unwrap_or(text);
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() && text.starts_with("./") || path == "." {
        return Ok(None);
    }
    match fault(path) {
        None => Ok(Some(path)),
        Some(fault) => {
            let way_out = "use plain names, with '/' between folders";
            Err(Refused::new(Rule::Path, format!("the path '{}' {fault}; {way_out}", shown(text))))
        }
    }
}

/// Holds a path against the limits on paths.
fn within(path: &str, limits: &SubmissionLimits) -> Checked {
    let bytes = path.len() as u64;
    let subject = format!("the path '{}' has {bytes} bytes", shown(path));
    Refused::unless_within((Rule::PathBytes, limits.path_bytes), bytes, &subject, "shorten its names")?;
    let depth = path.split('/').filter(|name| !matches!(*name, "" | ".")).count() as u64;
    let subject = format!("the path '{}' is {depth} names deep", shown(path));
    Refused::unless_within((Rule::PathDepth, limits.path_depth), depth, &subject, "use fewer folders")
}

fn fault(path: &str) -> Option<&'static str> {
    if path.starts_with('/') {
        return Some("is absolute");
    }
    if path.contains('\\') {
        return Some("has a backslash");
    }
    if path.contains(':') {
        return Some("has a colon, which names a drive or a stream");
    }
    if path.contains(is_unprintable) {
        return Some("has characters that do not print");
    }
    path.split('/').find_map(|name| match name {
        "" => Some("has an empty name"),
        "." => Some("has the name '.'"),
        ".." => Some("leaves its folder"),
        _ => None,
    })
}

/// Control characters, NUL among them, and those that are invisible or turn the direction of what follows.
fn is_unprintable(character: char) -> bool {
    let is_invisible = matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    character.is_control() || is_invisible
}

/// The same for all spellings of a path that some file system takes for one.
pub(crate) fn folded(path: &str) -> String {
    path.nfd().flat_map(char::to_lowercase).nfc().collect()
}

/// Whether a path is what systems leave behind in archives by themselves.
pub(crate) fn is_litter(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.split('/').next() == Some("__MACOSX")
        || matches!(name, ".DS_Store" | "Thumbs.db")
        || name.starts_with("._")
}
