//! What a student handed in: the component, the manifest, and every other file.

use std::collections::BTreeMap;

use crate::{
    Manifest, SubmissionLimits, archive,
    folder::Folder,
    refused::{Checked, Refused, Rule, shown},
};

const COMPONENT: &str = "component.wasm";
const MANIFEST: &str = "submission.toml";

/// The folders that a submission may hold: its sources, and what `tito train` wrote.
const FOLDERS: [&str; 2] = ["source/", "training/"];

/// What a submission may hold at its top.
pub const KNOWN: [&str; 8] = [
    COMPONENT,
    MANIFEST,
    "model.toml",
    "model.ckpt",
    "claims.toml",
    "vision.wasm",
    "analysis.md",
    "reflection.md",
];

/// What a student handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// What `submission.toml` says, if there is one.
    pub manifest: Option<Manifest>,
    /// The bytes of `component.wasm`; whether they are a component is for the gate to say.
    pub component: Vec<u8>,
    /// Every other file, `submission.toml` among them, by its path: relative, `/` between names, in UTF-8, safe to
    /// join to a folder, and unique even where case and Unicode normalisation are ignored.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The paths in `files` that mean nothing to tito, for the student to look at.
    pub unknown: Vec<String>,
}

/// Reads a component, a `.zip`, a `.tar` or a `.tar.gz`, whatever its name was.
///
/// One folder around everything is taken off; `__MACOSX`, `.DS_Store`, `._*` and `Thumbs.db` are passed over.
/// Archives inside the archive stay packed.
///
/// # Errors
///
/// If it breaks a [`Rule`].
pub fn read(bytes: &[u8], limits: &SubmissionLimits) -> Result<Submission, Refused> {
    let found = bytes.len() as u64;
    let subject = format!("the file has {found} bytes");
    let limit = (Rule::ArchiveBytes, limits.archive_bytes);
    Refused::unless_within(limit, found, &subject, "leave out data and what was generated")?;
    whole(archive::unpack(bytes, limits)?, limits)
}

/// Takes the files of a folder by their paths, as [`read`] takes those of an archive.
///
/// # Errors
///
/// If it breaks a [`Rule`].
pub fn of_files(
    files: impl IntoIterator<Item = (String, Vec<u8>)>,
    limits: &SubmissionLimits,
) -> Result<Submission, Refused> {
    let mut folder = Folder::new(limits);
    for (path, content) in files {
        folder.add_file(path.as_bytes(), content.as_slice())?;
    }
    whole(folder.into_files(), limits)
}

/// The files of an archive that a class's submissions come in, by their paths: those of many submissions, each of which may
/// be an archive again.
///
/// # Errors
///
/// If it breaks a [`Rule`], with the limits of [`SubmissionLimits::of_class`].
pub fn read_class(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Refused> {
    archive::unpack(bytes, &SubmissionLimits::of_class())
}

fn whole(mut files: BTreeMap<String, Vec<u8>>, limits: &SubmissionLimits) -> Result<Submission, Refused> {
    let component = files.remove(COMPONENT).ok_or_else(|| no_component(&files))?;
    let manifest = files.get(MANIFEST).map(|text| manifest(text, limits)).transpose()?;
    let unknown = files.keys().filter(|path| !is_known(path)).cloned().collect();
    Ok(Submission { manifest, component, files, unknown })
}

fn is_known(path: &str) -> bool {
    KNOWN.contains(&path) || FOLDERS.iter().any(|folder| path.starts_with(folder))
}

fn manifest(text: &[u8], limits: &SubmissionLimits) -> Checked<Manifest> {
    let found = text.len() as u64;
    let subject = format!("{MANIFEST} has {found} bytes");
    let limit = (Rule::ManifestBytes, limits.manifest_bytes);
    Refused::unless_within(limit, found, &subject, "say the rest in analysis.md")?;
    let text = std::str::from_utf8(text).map_err(|error| {
        let message = format!("{MANIFEST} is not UTF-8 at byte {}; save it as UTF-8", error.valid_up_to());
        Refused::new(Rule::Manifest, message)
    })?;
    Manifest::parse(text)
}

/// Says so, and which file was probably meant.
fn no_component(files: &BTreeMap<String, Vec<u8>>) -> Refused {
    let is_wasm = |content: &[u8]| content.starts_with(b"\0asm");
    let meant = files.iter().find(|(_, content)| is_wasm(content)).map(|(path, _)| path);
    let meant = meant.or_else(|| files.keys().find(|path| is_similar(path)));
    let way_out = match meant {
        Some(path) => format!("did you mean '{}'?", shown(path)),
        None => "`tito build` writes it".to_owned(),
    };
    Refused::new(Rule::NoComponent, format!("there is no {COMPONENT} at the top; {way_out}"))
}

/// Whether somebody who typed this name may have wanted to type `component.wasm`.
fn is_similar(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    strsim::osa_distance(&name, COMPONENT) <= 3
}
