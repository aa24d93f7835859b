//! An export of Gradescope: `assignment_1_export/submission_2/…`, and `submission_metadata.yml`, which Ruby writes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_saphyr::{Options, from_str_with_options};
use thiserror::Error;

use super::{Class, Handed, Who};

/// Why `submission_metadata.yml` cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExportError {
    /// It is not YAML of this form, or more of it than any class writes.
    #[error("submission_metadata.yml: {0}; export the submissions from Gradescope again")]
    Form(String),
    /// A submission's time is none.
    #[error("submission_metadata.yml: {submission} was created at '{time}', which is no time")]
    Time {
        /// The submission's key.
        submission: String,
        /// What stands there.
        time: String,
    },
}

/// What the file is called that says whose each submission is.
const METADATA: &str = "submission_metadata.yml";

/// The path of that file: at the top, or in the export's own folder where that is all there is. Students choose what lies in
/// their folders, so that one there, even in the only folder, is no word on whose anything is.
pub(super) fn metadata<'p, P: Iterator<Item = &'p str>>(paths: impl Fn() -> P) -> Option<&'p str> {
    let top = paths().find(|path| *path == METADATA);
    top.or_else(|| {
        let found = paths().find(|path| path.split_once('/').is_some_and(|(_, name)| name == METADATA))?;
        let folder = &found[..found.len() - METADATA.len()];
        let is_export = folder.starts_with("assignment_") && folder.ends_with("_export/");
        (is_export && paths().all(|path| path.starts_with(folder))).then_some(found)
    })
}

pub(super) fn class(paths: &[&str], at: &str, metadata: &str) -> Result<Class, ExportError> {
    let top = at.strip_suffix(METADATA).unwrap_or_default();
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in paths.iter().filter(|path| !path.ends_with('/')) {
        let name = path.strip_prefix(top).and_then(|rest| rest.split('/').next());
        files.entry(name.unwrap_or_default()).or_default().push(path);
    }
    let submissions = submissions(metadata)?;
    let handed: Result<Vec<_>, _> = submissions
        .into_iter()
        .map(|(name, submission)| submission.handed(files.remove(&*name).unwrap_or_default(), top, &name))
        .collect();
    let rest: BTreeSet<_> = files.into_values().flatten().filter(|path| *path != at).collect();
    let left = paths.iter().filter(|path| rest.contains(*path)).map(|path| (*path).to_owned());
    Ok(Class { handed: handed?, left: left.collect() })
}

fn submissions(metadata: &str) -> Result<BTreeMap<String, Submission>, ExportError> {
    // Blank where nobody has handed in.
    if metadata.trim().trim_start_matches("---").trim_start().is_empty() {
        return Ok(BTreeMap::new());
    }
    from_str_with_options(metadata, bounds())
        .map_err(|error| ExportError::Form(error.to_string().lines().next().unwrap_or_default().to_owned()))
}

/// A thousand students with a hundred tests each are some two million nodes. Ruby repeats a time zone by an alias for every
/// submission, so that many aliases of one anchor are as they should be; what they unfold to stays bounded.
fn bounds() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 12_000_000,
            max_nodes: 8_000_000,
            max_total_scalar_bytes: 512 << 20,
            enforce_alias_anchor_ratio: false,
        },
    }
}

/// What Gradescope says of a submission. Keys are Ruby's symbols; scores, results and earlier attempts are passed over.
#[derive(Deserialize)]
struct Submission {
    #[serde(rename = ":submitters", default)]
    submitters: Option<Vec<Submitter>>,
    #[serde(rename = ":created_at", default)]
    created_at: Option<Created>,
}

#[derive(Deserialize)]
struct Submitter {
    #[serde(rename = ":name", default)]
    name: Option<String>,
    #[serde(rename = ":sid", default)]
    sid: Option<Written>,
    #[serde(rename = ":email", default)]
    email: Option<String>,
}

/// A number at a university, which Ruby leaves without quotes where it has more than digits.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u64),
    Text(String),
}

/// A time, or the object that Ruby on Rails makes of one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Created {
    Text(String),
    Object { utc: String },
}

impl Submission {
    fn handed(self, paths: Vec<&str>, top: &str, name: &str) -> Result<Handed, ExportError> {
        let at = self.created_at.map(|created| {
            let (Created::Text(time) | Created::Object { utc: time }) = created;
            parse_time(&time).ok_or_else(|| ExportError::Time { submission: name.to_owned(), time })
        });
        let folder = format!("{top}{name}/");
        let is_folder = paths.iter().any(|path| path.starts_with(&folder));
        Ok(Handed {
            who: self.submitters.unwrap_or_default().into_iter().map(Submitter::who).collect(),
            at: at.transpose()?,
            late: None,
            paths: paths.into_iter().map(str::to_owned).collect(),
            root: if is_folder { folder } else { String::new() },
            original_name: None,
            resubmission: None,
        })
    }
}

impl Submitter {
    fn who(self) -> Who {
        let some =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let sid = self.sid.map(|sid| match sid {
            Written::Number(number) => number.to_string(),
            Written::Text(text) => text,
        });
        Who::Gradescope { name: some(self.name), sis_id: some(sid), email: some(self.email) }
    }
}

/// `2026-04-26 17:34:00.861687000 Z`, with an offset for the `Z`, or as RFC 3339 writes it.
fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    // Ruby has a space before the zone, which no standard knows.
    let joined = match text.rsplit_once(' ') {
        Some((time, zone)) if zone == "Z" || zone == "UTC" => format!("{time}Z"),
        Some((time, zone)) if zone.starts_with(['+', '-']) => format!("{time}{zone}"),
        _ => text.to_owned(),
    };
    joined.parse().ok()
}
