//! Archives of submissions, as raw bytes and made of nasty entries.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Write},
};

use arbitrary::{Arbitrary, Unstructured};
use tito_submission::{Submission, SubmissionLimits, read};

use crate::memory;

/// What a library may hold for one entry of its list besides the names.
const BYTES_PER_BYTE: usize = 32;
const BYTES_ANYWAY: usize = 1 << 20;

/// Limits that a fuzzer's small inputs can break.
fn limits() -> SubmissionLimits {
    SubmissionLimits {
        archive_bytes: 1 << 20,
        unpacked_bytes: 100_000,
        file_bytes: 50_000,
        entries: 20,
        path_bytes: 60,
        path_depth: 4,
        manifest_bytes: 2_000,
    }
}

/// The first byte says what the rest is.
///
/// - 0 to 127: entries by `Arbitrary`, packed as a zip, a tar or a tar.gz; what is honest about them must be
///   accepted with the very files that were packed.
/// - 128 to 255: the bytes of an archive, the first byte left off; 255 packs them by gzip first.
///
/// Whatever they are, reading neither panics nor holds more memory than limits and input allow, says the same twice,
/// and [`accepted`] holds of what it accepts.
///
/// # Panics
///
/// If it does not.
pub fn holds(bytes: &[u8]) {
    match bytes {
        [0..128, rest @ ..] => {
            if let Ok(packed) = Packed::arbitrary(&mut Unstructured::new(rest)) {
                packed.holds();
            }
        }
        [255, rest @ ..] => drop(held(&gzip(rest))),
        [_, rest @ ..] => drop(held(rest)),
        [] => {}
    }
}

/// What [`read`] says, with everything that it promises.
fn held(bytes: &[u8]) -> Result<Submission, tito_submission::Refused> {
    let limits = limits();
    let most = bytes.len() * BYTES_PER_BYTE + 4 * limits.unpacked_bytes as usize + BYTES_ANYWAY;
    let found = memory::at_most(most, || read(bytes, &limits));
    assert_eq!(found, read(bytes, &limits), "the second answer differs");
    match &found {
        Ok(submission) => accepted(submission, &limits),
        Err(refused) => {
            let message = &refused.message;
            assert!(!message.is_empty() && !message.contains(char::is_control), "{message:?}");
            assert!(message.len() < 2_000, "{message}");
        }
    }
    found
}

/// Paths are safe, unique for every file system, and everything is within the limits.
fn accepted(submission: &Submission, limits: &SubmissionLimits) {
    let mut seen = BTreeSet::new();
    let mut bytes = submission.component.len();
    for (path, content) in &submission.files {
        bytes += content.len();
        assert!(content.len() as u64 <= limits.file_bytes);
        assert!(path.len() as u64 <= limits.path_bytes && !path.contains(['\0', '\\', ':']), "{path:?}");
        let joined = std::path::Path::new(path).components();
        let is_plain = |part: std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
        assert_eq!(joined.clone().count(), path.split('/').count(), "{path:?}");
        assert!(joined.clone().all(is_plain) && joined.count() as u64 <= limits.path_depth, "{path:?}");
        assert!(seen.insert(path.to_lowercase()), "{path:?} twice");
        assert!(path.to_lowercase() != "component.wasm", "{path:?} beside the component");
    }
    for path in &seen {
        for (end, _) in path.match_indices('/') {
            assert!(!seen.contains(&path[..end]), "{path:?} lies in a file");
        }
    }
    assert!(bytes as u64 <= limits.unpacked_bytes && submission.component.len() as u64 <= limits.file_bytes);
    assert!(submission.files.len() as u64 <= limits.entries);
    assert!(submission.unknown.iter().all(|path| submission.files.contains_key(path)));
}

/// An archive as a student's program, or a malicious one, may make it.
#[derive(Debug, Arbitrary)]
struct Packed {
    kind: Kind,
    entries: Vec<Entry>,
    damage: Option<(u16, u8)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
enum Kind {
    Zip,
    Tar,
    TarGz,
}

#[derive(Debug, Arbitrary)]
struct Entry {
    name: Name,
    what: What,
}

#[derive(Debug, Arbitrary)]
enum Name {
    Honest(Honest),
    Nasty(Nasty),
    Parts(Vec<Nasty>),
    Text(String),
    Bytes(Vec<u8>),
}

/// Names that a submission has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary)]
enum Honest {
    Component,
    Checkpoint,
    Analysis,
    Source(u8),
    Own(u8),
}

/// Names that are trouble, and pieces of them.
#[derive(Clone, Copy, Debug, Arbitrary)]
enum Nasty {
    Parent,
    Root,
    Here,
    Empty,
    Drive,
    Backslash,
    Nul,
    UpperCase,
    Composed,
    Decomposed,
    Turned,
    Litter,
    Manifest,
    Long,
    Source,
}

#[derive(Debug, Arbitrary)]
enum What {
    File(Vec<u8>),
    Zeros(u32),
    Folder,
    Link(Name),
    HardLink(Name),
    /// An extended header of a tar: the kind, then one record.
    Extended(bool, Key, Name),
    Kind(u8),
}

/// Keys of extended headers that change what an entry is.
#[derive(Clone, Copy, Debug, Arbitrary)]
enum Key {
    Path,
    Size,
    Comment,
    Sparse,
}

impl Honest {
    fn text(self) -> String {
        match self {
            Self::Component => "component.wasm".into(),
            Self::Checkpoint => "model.ckpt".into(),
            Self::Analysis => "analysis.md".into(),
            Self::Source(number) => format!("source/layer{number}.rs"),
            Self::Own(number) => format!("notes{number}.txt"),
        }
    }
}

impl Nasty {
    fn text(self) -> String {
        match self {
            Self::Parent => "..".into(),
            Self::Root => "/etc/passwd".into(),
            Self::Here => "./component.wasm".into(),
            Self::Empty => String::new(),
            Self::Drive => "C:boot.ini".into(),
            Self::Backslash => "a\\b".into(),
            Self::Nul => "a\0b".into(),
            Self::UpperCase => "COMPONENT.wasm".into(),
            Self::Composed => "\u{e9}".into(),
            Self::Decomposed => "e\u{301}".into(),
            Self::Turned => "a\u{202e}msaw.b".into(),
            Self::Litter => "__MACOSX".into(),
            Self::Manifest => "submission.toml".into(),
            Self::Long => "long".repeat(30),
            Self::Source => "source".into(),
        }
    }
}

impl Name {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Honest(name) => name.text().into_bytes(),
            Self::Nasty(name) => name.text().into_bytes(),
            Self::Parts(names) => {
                names.iter().map(|name| name.text()).collect::<Vec<_>>().join("/").into_bytes()
            }
            Self::Text(name) => name.clone().into_bytes(),
            Self::Bytes(name) => name.clone(),
        }
    }
}

impl Packed {
    fn holds(&self) {
        let Some(mut bytes) = self.bytes() else { return };
        let expected = self.honest();
        if let Some((at, change)) = self.damage {
            let at = usize::from(at) % bytes.len().max(1);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= change;
            }
            drop(held(&bytes));
            return;
        }
        let found = held(&bytes);
        if let Some(mut expected) = expected {
            let found = found.expect("an honest archive is accepted");
            assert_eq!(Some(found.component), expected.remove("component.wasm"));
            assert_eq!(found.files, expected);
        }
    }

    /// What must come out, where all entries are files of different honest names within the limits and the component
    /// is one of them.
    fn honest(&self) -> Option<BTreeMap<String, Vec<u8>>> {
        let limits = limits();
        let mut files = BTreeMap::new();
        for entry in &self.entries {
            let (Name::Honest(name), What::File(_) | What::Zeros(_)) = (&entry.name, &entry.what) else {
                return None;
            };
            let content = entry.what.content()?;
            let is_within = content.len() as u64 <= limits.file_bytes;
            if !is_within || files.insert(name.text(), content).is_some() {
                return None;
            }
        }
        let bytes: usize = files.values().map(Vec::len).sum();
        // A tar adds a header and padding to each file, and two blocks at its end.
        let overhead = if self.kind == Kind::Zip { 0 } else { 1_024 * (files.len() + 1) };
        let is_within =
            (bytes + overhead) as u64 <= limits.unpacked_bytes && files.len() as u64 <= limits.entries;
        (is_within && files.contains_key("component.wasm")).then_some(files)
    }

    /// The archive, or nothing where its writer refuses to write such a thing.
    fn bytes(&self) -> Option<Vec<u8>> {
        match self.kind {
            Kind::Zip => self.zip(),
            Kind::Tar => Some(self.tar()),
            Kind::TarGz => Some(gzip(&self.tar())),
        }
    }

    fn zip(&self) -> Option<Vec<u8>> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (number, entry) in self.entries.iter().enumerate() {
            let method = [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated][number % 2];
            let options = zip::write::SimpleFileOptions::default().compression_method(method);
            let name = String::from_utf8(entry.name.bytes()).ok()?;
            match &entry.what {
                What::Folder => zip.add_directory(name, options).ok()?,
                What::Link(to) | What::HardLink(to) => {
                    zip.add_symlink(name, String::from_utf8(to.bytes()).ok()?, options).ok()?;
                }
                what => {
                    let mode = if let What::Kind(kind) = what { u32::from(*kind) << 9 } else { 0o644 };
                    zip.start_file(name, options.unix_permissions(mode)).ok()?;
                    zip.write_all(&what.content().unwrap_or_default()).ok()?;
                }
            }
        }
        Some(zip.finish().ok()?.into_inner())
    }

    /// Writes headers by hand: the library's builder would not write most of these names.
    fn tar(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in &self.entries {
            let (name, content) = (entry.name.bytes(), entry.what.content().unwrap_or_default());
            if name.len() > 100 {
                tar_entry(&mut bytes, b"././@LongLink", b'L', &[], &name);
            }
            let (kind, link) = match &entry.what {
                What::File(_) | What::Zeros(_) => (b'0', vec![]),
                What::Folder => (b'5', vec![]),
                What::Link(to) => (b'2', to.bytes()),
                What::HardLink(to) => (b'1', to.bytes()),
                What::Extended(is_global, ..) => (if *is_global { b'g' } else { b'x' }, vec![]),
                What::Kind(kind) => (*kind, vec![]),
            };
            tar_entry(&mut bytes, &name, kind, &link, &content);
        }
        bytes.resize(bytes.len() + 1_024, 0);
        bytes
    }
}

impl What {
    fn content(&self) -> Option<Vec<u8>> {
        match self {
            Self::Extended(_, key, value) => Some(record(*key, &value.bytes())),
            Self::File(content) => Some(content.clone()),
            // Far enough above the limits to be refused, and quick to pack.
            Self::Zeros(bytes) => Some(vec![0; *bytes as usize % 150_000]),
            _ => None,
        }
    }
}

fn tar_entry(bytes: &mut Vec<u8>, name: &[u8], kind: u8, link: &[u8], content: &[u8]) {
    let mut header = tar::Header::new_gnu();
    let copy = |field: &mut [u8], text: &[u8]| {
        let length = text.len().min(field.len());
        field[..length].copy_from_slice(&text[..length]);
    };
    copy(&mut header.as_old_mut().name, name);
    copy(&mut header.as_old_mut().linkname, link);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_cksum();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).expect("memory takes it");
    gzip.finish().expect("memory takes it")
}

/// One record of an extended header, whose length counts its own digits.
fn record(key: Key, value: &[u8]) -> Vec<u8> {
    let key = match key {
        Key::Path => "path",
        Key::Size => "size",
        Key::Comment => "comment",
        Key::Sparse => "GNU.sparse.name",
    };
    let rest = [b" ", key.as_bytes(), b"=", value, b"\n"].concat();
    let digits = |length: usize| length.to_string().len();
    let mut length = rest.len() + 1;
    while length != rest.len() + digits(length) {
        length += 1;
    }
    [length.to_string().as_bytes(), &rest].concat()
}
