//! Why a submission cannot be read.

use std::fmt;

use serde::Serialize;

/// Why a submission cannot be read: which rule, what it allows, what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Which rule refused it.
    pub rule: Rule,
    /// One or two sentences: the thing, the figure, the limit, the way out. Text from the submission is escaped.
    pub message: String,
}

/// The rules of a submission. Those on figures carry the names of their fields in
/// [`SubmissionLimits`](crate::SubmissionLimits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Neither a component nor one of the three archives.
    Format,
    /// Cut off, or with checksums or lengths that do not hold.
    Damaged,
    /// Two programs could read different files in it.
    Ambiguous,
    /// Packed by a method that is not read.
    Method,
    /// Protected by a password.
    Encrypted,
    /// A path that is absolute, leaves its folder, or is not plain UTF-8.
    Path,
    /// A symbolic or hard link.
    Link,
    /// A device, a pipe, or something else that is neither file nor folder.
    Special,
    /// Two entries for one path, on some file system.
    Duplicate,
    /// No `component.wasm`.
    NoComponent,
    /// `submission.toml` cannot be read.
    Manifest,
    /// See the field of this name.
    ArchiveBytes,
    /// See the field of this name.
    UnpackedBytes,
    /// See the field of this name.
    FileBytes,
    /// See the field of this name.
    Entries,
    /// See the field of this name.
    PathBytes,
    /// See the field of this name.
    PathDepth,
    /// See the field of this name.
    ManifestBytes,
}

pub(crate) type Checked<T = ()> = Result<T, Refused>;

/// Text of a submission in a message: what does not print is escaped, and it is cut where it would fill the screen.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 120;
    let mut shown = String::new();
    for character in text.chars().take(MOST) {
        match character {
            '\'' | '"' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

impl Refused {
    pub(crate) fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self { rule, message: message.into() }
    }

    /// Holds one figure against a limit; `subject` begins the sentence and `way_out` ends it.
    pub(crate) fn unless_within(
        (rule, limit): (Rule, u64),
        figure: u64,
        subject: &str,
        way_out: &str,
    ) -> Checked {
        if figure <= limit {
            return Ok(());
        }
        Err(Self::new(rule, format!("{subject}, at most {limit} are allowed; {way_out}")))
    }

    /// What a library found wrong, behind the name of the thing.
    pub(crate) fn damaged(thing: &str, error: &impl fmt::Display) -> Self {
        let message = format!("{thing} is damaged: {}; pack it again", shown(&error.to_string()));
        Self::new(Rule::Damaged, message)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused ({}): {}", self.rule, self.message)
    }
}

impl std::error::Error for Refused {}
