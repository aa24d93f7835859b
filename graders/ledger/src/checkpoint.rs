//! The text of a checkpoint (`c2sp.org/tlog-checkpoint`): the log's name, its size, its root.

use crate::text::{base64, parse_decimal, parse_hash};
use crate::{NoteError, TreeHead};

/// The three lines.
pub(crate) fn text(origin: &str, head: &TreeHead) -> String {
    format!("{origin}\n{}\n{}\n", head.size, base64(head.root.as_bytes()))
}

/// What they say, when they are of the log of this name: a key that served two logs would else make a receipt of one
/// pass for a receipt of the other.
pub(crate) fn parse(text: &str, origin: &str) -> Result<TreeHead, NoteError> {
    let [found, size, root, ""] = *text.split('\n').collect::<Vec<_>>() else {
        return Err(NoteError::NoCheckpoint("it has not three lines"));
    };
    if found != origin {
        return Err(NoteError::Origin { found: found.to_owned(), expected: origin.to_owned() });
    }
    let size = parse_decimal(size).ok_or(NoteError::NoCheckpoint("its second line is no size"))?;
    let root = parse_hash(root).ok_or(NoteError::NoCheckpoint("its third line is no hash in base64"))?;
    Ok(TreeHead { size, root })
}
