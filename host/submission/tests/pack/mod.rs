//! Makes archives, honest ones and such as no writer makes.

use std::{
    borrow::Cow::{self, Borrowed},
    io::{Cursor, Write},
};

use zip::{ZipWriter, write::SimpleFileOptions};

/// What begins like a component; the gate would refuse it, reading does not look further.
pub(crate) const WASM: &[u8] = b"\0asm\x0d\0\x01\0";

/// One entry: a file if its kind is `'0'`, else what a tar calls so. A path with `/` at its end is a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: Cow<'static, str>,
    pub(crate) kind: u8,
    pub(crate) content: Cow<'static, [u8]>,
}

/// A submission as it should be.
pub(crate) const HONEST: [Entry; 3] = [
    fixed("component.wasm", WASM),
    fixed("submission.toml", b"milestone = 1\n"),
    fixed("source/lib.rs", b"// hello\n"),
];

const fn fixed(path: &'static str, content: &'static [u8]) -> Entry {
    Entry { path: Borrowed(path), kind: b'0', content: Borrowed(content) }
}

pub(crate) fn entry(path: &str, content: &[u8]) -> Entry {
    let kind = if path.ends_with('/') { b'5' } else { b'0' };
    Entry { path: path.to_owned().into(), kind, content: content.to_owned().into() }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

pub(crate) fn zip(entries: &[Entry]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for Entry { path, kind, content } in entries {
        let options = SimpleFileOptions::default();
        match kind {
            b'5' => zip.add_directory(&**path, options).unwrap(),
            b'2' => zip.add_symlink(&**path, "elsewhere", options).unwrap(),
            _ => {
                zip.start_file(&**path, options).unwrap();
                zip.write_all(content).unwrap();
            }
        }
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    // The writer knows no pipes: a file's mode 0o100644 in the list becomes a pipe's.
    if entries.iter().any(|entry| entry.kind == b'6') {
        let at = bytes.windows(2).rposition(|two| two == (0o100_644u16).to_le_bytes()).unwrap();
        bytes[at..at + 2].copy_from_slice(&(0o010_644u16).to_le_bytes());
    }
    bytes
}

pub(crate) fn tar(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for Entry { path, kind, content } in entries {
        tar_entry(&mut bytes, path.as_bytes(), *kind, content);
    }
    bytes.resize(bytes.len() + 1_024, 0);
    bytes
}

/// A tar of an empty file with this name, behind a component.
pub(crate) fn tar_of_bytes(name: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    tar_entry(&mut bytes, b"component.wasm", b'0', WASM);
    tar_entry(&mut bytes, name, b'0', b"");
    bytes.resize(bytes.len() + 1_024, 0);
    bytes
}

/// Written by hand, since the library's builder has rules of its own for paths.
fn tar_entry(bytes: &mut Vec<u8>, name: &[u8], kind: u8, content: &[u8]) {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_cksum();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
}

/// A zip of an empty file with this name, behind a component.
pub(crate) fn zip_of_bytes(name: &[u8]) -> Vec<u8> {
    let stand_in = "n".repeat(name.len());
    let bytes = zip(&[entry("component.wasm", WASM), entry(&stand_in, b"")]);
    renamed(bytes, stand_in.as_bytes(), name)
}

/// Puts bytes of the same length in the place of others, wherever they are.
pub(crate) fn renamed(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    for at in 0..=bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    bytes
}

/// The same, in the first place alone.
pub(crate) fn renamed_once(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
    bytes
}

/// A zip whose two list entries lead to one local entry.
pub(crate) fn overlapping() -> Vec<u8> {
    let mut bytes = zip(&[entry("component.wasm", WASM), entry("component.wasn", WASM)]);
    let list = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    bytes[list + 42..list + 46].copy_from_slice(&[0; 4]);
    bytes
}

/// Sets the flags of the first entry, in both of its headers.
pub(crate) fn flagged(bytes: Vec<u8>, flags: u8) -> Vec<u8> {
    both_headers(bytes, 6, flags)
}

/// Sets the method of the first entry, in both of its headers.
pub(crate) fn method(bytes: Vec<u8>, method: u8) -> Vec<u8> {
    both_headers(bytes, 8, method)
}

fn both_headers(mut bytes: Vec<u8>, offset: usize, value: u8) -> Vec<u8> {
    bytes[offset] = value;
    let list = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    bytes[list + 2 + offset] = value;
    bytes
}
