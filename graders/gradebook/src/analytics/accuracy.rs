//! What a class's networks recognise.

use serde::Serialize;

use super::{Share, Spread, class::Stand};

/// What a class's networks recognise of test images, from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Accuracy {
    /// What was measured, as `check.measure`.
    pub measure: &'static str,
    /// Over the attempts that count and for which it was measured.
    pub spread: Spread,
    /// Without a gap from 0 to 1.
    pub bands: Vec<Band>,
}

/// How many are in a band of accuracy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Band {
    /// The least accuracy that belongs to it, from 0 to 1.
    pub from: f64,
    /// The least that does not any more; that of the last one belongs to it.
    pub to: f64,
    /// Of those for whom it was measured.
    pub students: Share,
}

/// Where bands begin and end: every threshold of a rubric is one of them.
const EDGES: [f64; 9] = [0.0, 0.5, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0];

/// The measure of accuracy that a milestone is about; a language model has none.
pub(crate) fn measure(milestone: u32) -> Option<&'static str> {
    match milestone {
        1 => Some("mnist-mlp.accuracy"),
        2 => Some("mnist-cnn.accuracy"),
        3 => Some("images.accuracy"),
        4 => Some("test-images.accuracy"),
        _ => None,
    }
}

impl Accuracy {
    /// Of everybody who stands here; `None` where it was measured for nobody.
    pub(crate) fn of<'a: 'b, 'b>(
        milestone: u32,
        stands: impl Iterator<Item = &'b Stand<'a>>,
    ) -> Option<Self> {
        let measure = measure(milestone)?;
        let measured = stands.filter_map(|stand| stand.measure(measure));
        let values: Vec<_> = measured.filter(|value| (0.0..=1.0).contains(value)).collect();
        let spread = Spread::of(values.iter().copied())?;
        let bands = EDGES.iter().zip(&EDGES[1..]).map(|(from, to)| Band::of(*from, *to, &values));
        Some(Self { measure, spread, bands: bands.collect() })
    }

    /// How many are below an accuracy that is where a band begins.
    pub(crate) fn below(&self, edge: f64) -> Share {
        let below = self.bands.iter().filter(|band| band.to <= edge).map(|band| band.students.count);
        Share::new(below.sum(), self.spread.n)
    }
}

impl Band {
    fn of(from: f64, to: f64, values: &[f64]) -> Self {
        let is_in = |value: &f64| *value >= from && (*value < to || (to == 1.0 && *value == 1.0));
        Self { from, to, students: Share::counted(values.iter().map(is_in)) }
    }
}
