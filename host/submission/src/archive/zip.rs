//! The entries of a zip: files and folders, and nothing else.

use std::io::Cursor;

use zip::{
    CompressionMethod, ZipArchive,
    read::{ArchiveOffset, Config},
    result::ZipError,
};

use crate::{
    SubmissionLimits,
    folder::Folder,
    refused::{Checked, Refused, Rule, shown},
};

type Zip<'a> = ZipArchive<Cursor<&'a [u8]>>;

pub(super) fn unpack(bytes: &[u8], limits: &SubmissionLimits, folder: &mut Folder<'_>) -> Checked {
    let end = End::of(bytes)?;
    let limit = (Rule::Entries, limits.entries);
    let subject = format!("the zip lists {} files and folders", end.entries);
    Refused::unless_within(limit, end.entries, &subject, "leave out what was generated")?;
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let mut zip = ZipArchive::with_config(config, Cursor::new(bytes)).map_err(damaged)?;
    let is_read_by_end = zip.central_directory_start() == end.directory && zip.comment().len() == end.comment;
    if !is_read_by_end || zip.has_duplicate_names() {
        return Err(ambiguous("it lists a name twice, or has more than one list"));
    }
    (0..zip.len()).try_for_each(|index| is_readable(&zip, index))?;
    zip.validate_header_consistency().map_err(|error| ambiguous(&error.to_string()))?;
    (0..zip.len()).try_for_each(|index| add(&mut zip, index, folder))
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn damaged(error: ZipError) -> Refused {
    Refused::damaged("the zip", &error)
}

fn ambiguous(what: &str) -> Refused {
    let message = format!("programs may find different files in this zip: {}; pack it again", shown(what));
    Refused::new(Rule::Ambiguous, message)
}

/// The record at the end of a zip, by which its list of entries is found.
struct End {
    entries: u64,
    directory: u64,
    comment: usize,
}

impl End {
    const BYTES: usize = 22;

    /// The last record in the file, which must end with it. What more than 65,535 entries or 4 GiB would need is
    /// beyond every limit; a second record, for them or in a comment, is what disguises are made of.
    fn of(bytes: &[u8]) -> Checked<Self> {
        let tail = bytes.len().saturating_sub(Self::BYTES + usize::from(u16::MAX));
        let at = bytes[tail..].windows(4).rposition(|window| window == b"PK\x05\x06");
        let Some(record) = at.and_then(|at| bytes.get(tail + at..)).filter(|rest| rest.len() >= Self::BYTES)
        else {
            return Err(Refused::damaged("the zip", &"its end is missing"));
        };
        let u16_at = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
        let u32_at = |at: usize| u64::from(u16_at(at)) | u64::from(u16_at(at + 2)) << 16;
        let end = Self { entries: u16_at(10).into(), directory: u32_at(16), comment: u16_at(20).into() };
        let is_last = record.len() == Self::BYTES + end.comment;
        let is_behind_list = end.directory + u32_at(12) == (bytes.len() - record.len()) as u64;
        if is_last && is_behind_list {
            return Ok(end);
        }
        Err(ambiguous("its list does not end where the file does"))
    }
}

/// Whether an entry is a plain file or folder, packed by a known method, as far as the list tells.
fn is_readable(zip: &Zip<'_>, index: usize) -> Checked {
    const KIND: u32 = 0o170_000;
    let entry = zip.by_index_data(index).map_err(damaged)?;
    let refused = |rule, what: &str| {
        let path = String::from_utf8_lossy(entry.name_raw());
        Err(Refused::new(rule, format!("'{}' {what}; pack plain files and folders", shown(&path))))
    };
    if entry.encrypted() {
        return refused(Rule::Encrypted, "is protected by a password");
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return refused(Rule::Method, "is packed by something else than deflate");
    }
    match (entry.unix_mode().unwrap_or(0) & KIND, entry.is_dir()) {
        (0 | 0o100_000, false) | (0 | 0o040_000, true) => Ok(()),
        (0o120_000, _) => refused(Rule::Link, "is a link"),
        _ => refused(Rule::Special, "is neither file nor folder"),
    }
}

fn add(zip: &mut Zip<'_>, index: usize, folder: &mut Folder<'_>) -> Checked {
    let entry = zip.by_index(index).map_err(damaged)?;
    let (path, claimed) = (entry.name_raw().to_owned(), entry.size());
    let shown = shown(&String::from_utf8_lossy(&path));
    if entry.is_dir() {
        return match claimed.max(entry.compressed_size()) {
            0 => folder.add_folder(&path),
            _ => Err(ambiguous(&format!("the folder '{shown}' has bytes of its own"))),
        };
    }
    let found = folder.add_file(&path, entry)?;
    if found == claimed {
        return Ok(());
    }
    Err(ambiguous(&format!("'{shown}' has {found} bytes, its header says {claimed}")))
}
