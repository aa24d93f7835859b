//! The entries of a tar: files and folders, and nothing else.

use std::io::{self, Read};

use tar::{Archive, Entry, EntryType, PaxExtensions};

use crate::{
    folder::Folder,
    refused::{Checked, Refused, Rule, shown},
};

const BLOCK: usize = 512;

/// Whether the first header is that of a tar, old GNU or POSIX.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

pub(super) fn unpack(bytes: &[u8], folder: &mut Folder<'_>) -> Checked {
    if !is_tar(bytes) {
        let message = "what the gzip holds is no tar; pack with `tar czf`, or hand in a .zip";
        return Err(Refused::new(Rule::Format, message));
    }
    let mut archive = Archive::new(bytes);
    let mut end = 0;
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let is_described = entry.raw_header_position() != end;
        end = entry.raw_file_position() + entry.size().next_multiple_of(BLOCK as u64);
        match entry.header().entry_type() {
            EntryType::XGlobalHeader => is_comment(&mut entry, is_described)?,
            _ => add(&mut entry, folder)?,
        }
    }
    is_end(bytes.get(end as usize..).unwrap_or_default())
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn damaged(error: io::Error) -> Refused {
    Refused::damaged("the tar", &error)
}

/// A tar ends with blocks of zeros: without them it was cut off, and behind them another reader may go on.
fn is_end(rest: &[u8]) -> Checked {
    if rest.len() < BLOCK {
        return Err(Refused::damaged("the tar", &"its end is missing"));
    }
    if rest.iter().any(|byte| *byte != 0) {
        let message = "something follows the end of the tar; pack all files in one";
        return Err(Refused::new(Rule::Ambiguous, message));
    }
    Ok(())
}

fn add(entry: &mut Entry<'_, &[u8]>, folder: &mut Folder<'_>) -> Checked {
    let path = entry.path_bytes().into_owned();
    has_one_meaning(entry, &path)?;
    match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous => {
            let (claimed, found) = (entry.size(), folder.add_file(&path, &mut *entry)?);
            is_whole(&path, claimed, found)
        }
        EntryType::Directory if entry.size() == 0 => folder.add_folder(&path),
        EntryType::Directory => Err(refused(Rule::Ambiguous, &path, "is a folder with bytes of its own")),
        EntryType::Link | EntryType::Symlink => Err(refused(Rule::Link, &path, "is a link")),
        EntryType::Char | EntryType::Block | EntryType::Fifo => {
            Err(refused(Rule::Special, &path, "is a device or a pipe"))
        }
        kind => {
            let kind = char::from(kind.as_byte()).escape_debug();
            Err(refused(Rule::Method, &path, &format!("is an entry of kind '{kind}'")))
        }
    }
}

fn refused(rule: Rule, path: &[u8], what: &str) -> Refused {
    let path = String::from_utf8_lossy(path);
    Refused::new(rule, format!("'{}' {what}; pack plain files and folders only", shown(&path)))
}

fn is_whole(path: &[u8], claimed: u64, found: u64) -> Checked {
    if claimed == found {
        return Ok(());
    }
    let path = format!("'{}'", shown(&String::from_utf8_lossy(path)));
    Err(Refused::damaged(&path, &format!("it has {found} of {claimed} bytes")))
}

/// Extended headers may say who and when, and the path and size once. Sparse files, whose bytes differ from reader
/// to reader, are announced there, too.
fn has_one_meaning(entry: &mut Entry<'_, &[u8]>, path: &[u8]) -> Checked {
    let Some(extensions) = entry.pax_extensions().map_err(damaged)? else {
        return Ok(());
    };
    let mut keys = Vec::new();
    for extension in extensions {
        let extension = extension.map_err(damaged)?;
        let key = extension.key_bytes();
        let is_other_path = key == b"path" && extension.value_bytes() != path;
        if is_other_path || keys.contains(&key) || key.starts_with(b"GNU.sparse.") {
            let key = shown(&String::from_utf8_lossy(key));
            return Err(refused(Rule::Ambiguous, path, &format!("has the extended header '{key}'")));
        }
        keys.push(key);
    }
    Ok(())
}

/// `git archive` begins with a global header that holds the commit's name as a comment. Other keys would change the
/// entries behind it for some readers; what describes the header itself, others hold to be about the next file.
fn is_comment(entry: &mut Entry<'_, &[u8]>, is_described: bool) -> Checked {
    let mut text = Vec::new();
    entry.read_to_end(&mut text).map_err(damaged)?;
    let mut is_comment = !is_described;
    for extension in PaxExtensions::new(&text) {
        is_comment &= extension.map_err(damaged)?.key_bytes() == b"comment";
    }
    if is_comment {
        return Ok(());
    }
    let message = "a global header of the tar changes its entries; pack with `tar czf`, or hand in a .zip";
    Err(Refused::new(Rule::Ambiguous, message))
}
