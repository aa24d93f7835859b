//! So many of so many.

use serde::Serialize;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Share {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// From 0 to 100; `None` where it is of none.
    pub percent: Option<f64>,
}

impl Share {
    /// So many of so many.
    pub fn new(count: usize, of: usize) -> Self {
        Self { count, of, percent: (of > 0).then(|| 100.0 * count as f64 / of as f64) }
    }

    /// How many of these are so.
    pub(crate) fn counted(these: impl IntoIterator<Item = bool>) -> Self {
        let (count, of) =
            these.into_iter().fold((0, 0), |(count, of), is_so| (count + usize::from(is_so), of + 1));
        Self::new(count, of)
    }
}
