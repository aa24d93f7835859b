//! The flat files of Canvas's `submissions.zip`.
//!
//! Canvas builds a name of pieces with `_` between them (`ContentZipper#get_filename` in canvas-lms): who, `LATE` for a late
//! one, the student's number, the file's number, what the student called the file. Who is the sortable name in small letters
//! without whatever is no letter or digit, or the group's name, or nothing where grading is anonymous; then `anon` and a code
//! stand for the number. What was written into a text box or given as a link ends in `text.html` or `link.html` and has no
//! file's number.

use super::{Class, Handed, Who, file_name};

pub(super) fn class(paths: &[&str]) -> Class {
    let mut class = Class::default();
    for path in paths.iter().filter(|path| !path.ends_with('/')) {
        match handed(path) {
            Some(handed) => class.handed.push(handed),
            None => class.left.push((*path).to_owned()),
        }
    }
    class
}

/// What a path in at most one folder says; `None` for a name that is not of Canvas's form.
pub(super) fn handed(path: &str) -> Option<Handed> {
    if path.matches('/').count() > 1 {
        return None;
    }
    let pieces: Vec<_> = file_name(path).split('_').collect();
    let (who, at) = anonymous(&pieces).or_else(|| named(&pieces))?;
    let before = &pieces[..at - if matches!(who, Who::Anonymous(_)) { 2 } else { 1 }];
    let late = before.last() == Some(&"LATE");
    let original_name = match &pieces[at..] {
        [_, rest @ ..] if is_number(pieces[at]) && !rest.is_empty() => rest.join("_"),
        written => written.join("_"),
    };
    Some(Handed {
        who: vec![who],
        at: None,
        late: Some(late),
        paths: vec![path.to_owned()],
        root: String::new(),
        resubmission: resubmission(&original_name),
        original_name: Some(original_name),
    })
}

/// A code behind `anon`, and where what follows it begins. The code may be all digits, so this is looked for first.
fn anonymous(pieces: &[&str]) -> Option<(Who, usize)> {
    let anon = match pieces {
        ["anon", ..] => 0,
        ["LATE", "anon", ..] => 1,
        _ => return None,
    };
    let code = *pieces.get(anon + 1)?;
    is_followed(pieces, anon + 2).then(|| (Who::Anonymous(code.to_owned()), anon + 2))
}

/// The first number that a file's number follows, as Canvas itself finds it, and where that one is.
fn named(pieces: &[&str]) -> Option<(Who, usize)> {
    let at = (1..pieces.len()).find(|at| is_number(pieces[*at]) && is_followed(pieces, at + 1))?;
    Some((Who::CanvasId(pieces[at].to_owned()), at + 1))
}

/// Whether a file's number and name stand at `at`, or what Canvas calls a text or a link.
fn is_followed(pieces: &[&str], at: usize) -> bool {
    match pieces.get(at..) {
        Some(["text.html" | "link.html"]) => true,
        Some([number, _, ..]) => is_number(number),
        _ => false,
    }
}

fn is_number(piece: &str) -> bool {
    !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number before the extension: 2 for `model-2.zip` and for `model-2.tar.gz`.
fn resubmission(name: &str) -> Option<u32> {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let (_, number) = stem.rsplit_once('-')?;
    number.parse().ok().filter(|_| is_number(number))
}
