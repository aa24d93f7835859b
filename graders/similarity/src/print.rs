//! What is left of a work for comparison.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Work, code::Code, library::Library, text::Text};

/// What is left of a work for comparison: its bytes are not needed any more.
#[derive(Clone, Debug)]
pub struct Print {
    pub(crate) id: String,
    pub(crate) owners: BTreeSet<String>,
    pub(crate) team: Option<String>,
    pub(crate) received: Option<String>,
    pub(crate) component: Part<Code>,
    /// Whether the component is one that everybody was given.
    pub(crate) is_given: bool,
    pub(crate) reoptimised: Part<Code>,
    pub(crate) sources: Part<Text>,
}

/// A part of a work.
#[derive(Clone, Debug)]
pub(crate) enum Part<T> {
    /// It was not handed in.
    Absent,
    /// It cannot be read.
    Unreadable,
    /// It was read.
    Read(T),
}

/// How much there is of a part, and how much of it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Amount {
    /// Operators of a component, tokens of sources.
    pub all: usize,
    /// Those of them that are the base's.
    pub excluded: usize,
    /// Different rows of operators or fingerprints that are left and that not more than half of the class has.
    pub rare: usize,
    /// Whether there was more than is compared.
    pub is_cut_short: bool,
}

impl Print {
    /// Of a work, without what is in the library.
    pub fn of(work: &Work<'_>, library: &Library) -> Self {
        let component = Part::of(work.component, |bytes| Code::of(bytes, library));
        let is_given = component.read().is_some_and(|code| library.has_file(&code.file));
        Self {
            id: work.id.clone(),
            owners: work.owners.clone(),
            team: work.team.clone(),
            received: work.received.clone(),
            component,
            is_given,
            reoptimised: Part::of(work.reoptimised.as_ref(), |modules| Code::of_modules(modules, library)),
            sources: Part::of(Some(work).filter(|work| !work.sources.is_empty()), |work| {
                Text::of(work, library)
            }),
        }
    }
}

impl<T> Part<T> {
    fn of<B>(bytes: Option<B>, read: impl FnOnce(B) -> Option<T>) -> Self {
        match bytes {
            None => Self::Absent,
            Some(bytes) => read(bytes).map_or(Self::Unreadable, Self::Read),
        }
    }

    /// What was read.
    pub(crate) fn read(&self) -> Option<&T> {
        match self {
            Self::Read(part) => Some(part),
            Self::Absent | Self::Unreadable => None,
        }
    }
}
