//! Which kind of file was handed in, and its entries.

mod gzip;
mod tar;
mod zip;

use std::collections::BTreeMap;

use crate::{
    SubmissionLimits,
    folder::Folder,
    refused::{Checked, Refused, Rule},
};

/// The files in what was handed in, by path; a component alone is the file `component.wasm`.
pub(crate) fn unpack(bytes: &[u8], limits: &SubmissionLimits) -> Checked<BTreeMap<String, Vec<u8>>> {
    let mut folder = Folder::new(limits);
    match bytes {
        [0, b'a', b's', b'm', ..] => {
            folder.add_file(b"component.wasm", bytes)?;
        }
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => zip::unpack(bytes, limits, &mut folder)?,
        [0x1f, 0x8b, ..] => tar::unpack(&gzip::unpack(bytes, limits)?, &mut folder)?,
        _ if tar::is_tar(bytes) => tar::unpack(bytes, &mut folder)?,
        _ => return Err(unknown(bytes)),
    }
    Ok(folder.into_files())
}

/// Names what was handed in instead, where it is known.
fn unknown(bytes: &[u8]) -> Refused {
    let found = match bytes {
        [] => "the file is empty",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "this is packed by zstd",
        [b'(', ..] => "this is WebAssembly text",
        [b'R', b'a', b'r', b'!', ..] => "this is a RAR archive",
        [b'7', b'z', 0xbc, 0xaf, ..] => "this is a 7z archive",
        [b'B', b'Z', b'h', ..] => "this is packed by bzip2",
        [0xfd, b'7', b'z', b'X', b'Z', ..] => "this is packed by xz",
        _ => "this is no archive that tito reads",
    };
    let way_out = "hand in a component (.wasm), a .zip, a .tar or a .tar.gz";
    Refused::new(Rule::Format, format!("{found}; {way_out}"))
}
