//! `submission.toml`: who hands in what.

use std::ops::Range;

use serde::Deserialize;
use toml::{Spanned, de::DeTable};

use crate::refused::{Refused, Rule, shown};

/// What `submission.toml` says. The student's word: nothing is graded by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The milestone that is handed in, 1 to 5. The only key that must be there: nothing else in a submission says
    /// it, while the student is known to whoever receives the file.
    pub milestone: u8,
    /// The student, as the roster calls them.
    pub student: Option<String>,
    /// The language that the component was written in.
    pub language: Option<String>,
    /// Everybody who wrote it.
    pub authors: Vec<String>,
    /// The help that the authors declare, in their own words; several lines.
    pub help: Option<String>,
}

/// The keys as they are written, each with its place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    milestone: Option<Spanned<i64>>,
    student: Option<Spanned<String>>,
    language: Option<Spanned<String>>,
    authors: Option<Spanned<Vec<Spanned<String>>>>,
    help: Option<Spanned<String>>,
}

/// The most characters in a name, and in the declared help; the most authors.
const NAME: usize = 200;
const HELP: usize = 10_000;
const AUTHORS: usize = 16;

impl Manifest {
    /// Reads the text of a `submission.toml`.
    ///
    /// # Errors
    ///
    /// If it is no TOML, has an unknown key or lacks `milestone`, or if a value is of the wrong type, too long or
    /// out of its range, or has control characters: with its line and key.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let draft = toml::from_str(text)
            .map_err(|error| Fault { span: error.span(), what: error.message().to_owned() });
        draft.and_then(Draft::checked).map_err(|fault| fault.refused(text))
    }
}

impl Draft {
    fn checked(self) -> Result<Manifest, Fault> {
        let Some(milestone) = self.milestone else {
            return Err(Fault {
                span: None,
                what: "has no milestone; add `milestone = 1`, or which it is".into(),
            });
        };
        let Some(number) = u8::try_from(*milestone.get_ref()).ok().filter(|number| (1..=5).contains(number))
        else {
            return Err(Fault::at(&milestone, format!("is {}; milestones are 1 to 5", milestone.get_ref())));
        };
        if let Some(authors) = self.authors.as_ref().filter(|authors| authors.get_ref().len() > AUTHORS) {
            let found = authors.get_ref().len();
            return Err(Fault::at(authors, format!("names {found} people, at most {AUTHORS} are allowed")));
        }
        let name = |value: Spanned<String>| plain(value, NAME, |_| false);
        Ok(Manifest {
            milestone: number,
            student: self.student.map(name).transpose()?,
            language: self.language.map(name).transpose()?,
            authors: self
                .authors
                .map(Spanned::into_inner)
                .into_iter()
                .flatten()
                .map(name)
                .collect::<Result<_, _>>()?,
            help: self
                .help
                .map(|value| plain(value, HELP, |c| matches!(c, '\n' | '\r' | '\t')))
                .transpose()?,
        })
    }
}

/// A text of at most `most` characters, none of them a control character but those that `may` be.
fn plain(value: Spanned<String>, most: usize, may: fn(char) -> bool) -> Result<String, Fault> {
    let found = value.get_ref().chars().count();
    if found > most {
        return Err(Fault::at(&value, format!("has {found} characters, at most {most} are allowed")));
    }
    if let Some(control) = value.get_ref().chars().find(|c| c.is_control() && !may(*c)) {
        return Err(Fault::at(&value, format!("has the control character {}", control.escape_unicode())));
    }
    Ok(value.into_inner())
}

/// What is wrong, and with which bytes of the text.
struct Fault {
    span: Option<Range<usize>>,
    what: String,
}

impl Fault {
    fn at<T>(value: &Spanned<T>, what: String) -> Self {
        Self { span: Some(value.span()), what }
    }

    fn refused(self, text: &str) -> Refused {
        let place = self.span.map(|span| place(text, &span)).unwrap_or_default();
        Refused::new(Rule::Manifest, format!("submission.toml{place}: {}", shown(&self.what)))
    }
}

/// `, line 3, authors` for the span of a value.
fn place(text: &str, span: &Range<usize>) -> String {
    let line =
        text.as_bytes()[..span.start.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1;
    match key(text, span.start) {
        Some(key) => format!(", line {line}, {}", shown(&key)),
        None => format!(", line {line}"),
    }
}

/// The key at the top whose value lies around this byte, in a text that is TOML at least.
fn key(text: &str, at: usize) -> Option<String> {
    let table = DeTable::parse(text).ok()?;
    let mut entries = table.get_ref().iter();
    entries.find(|(_, value)| value.span().contains(&at)).map(|(key, _)| key.get_ref().to_string())
}
