//! Item analysis of a milestone's checks: how hard each is, and whether it tells who can do the rest.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{FEW, Share, TOO_FEW_TO_CORRELATE, correlation::correlation};
use crate::{CheckMarks, CriterionMarks, Marks, bounded::bounded};

/// What a class made of a check: over the attempts that count and where the check is decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Item {
    /// The check's name.
    pub check: String,
    /// The criterion that it belongs to.
    pub criterion: String,
    /// For how many it is decided; the denominator of `mean`.
    pub n: usize,
    /// The difficulty index: the mean score from 0, nobody can do it, to 1, everybody can.
    pub mean: f64,
    /// How many have it fully.
    pub full: Share,
    /// The correlation, from -1 to 1, of its score with the points of all other checks of the milestone (corrected item-total
    /// correlation; point-biserial for a check that is 0 or 1). `None` for too few students, and where nobody differs.
    pub discrimination: Option<f64>,
    /// What is remarkable about it.
    pub flags: Vec<Flag>,
}

/// What is remarkable about a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// Everybody has it fully, so that it tells nobody from another.
    EverybodyPasses,
    /// Nobody has it fully: it is too hard, not taught, or wrong.
    NobodyPasses,
    /// Those who fail it do better in the rest: what it asks is probably not what was meant.
    NegativeDiscrimination,
    /// There are fewer than ten students, too few for a correlation.
    TooFew,
}

/// What a class made of a criterion.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CriterionFigures {
    /// Its name.
    pub name: String,
    /// Percent of the milestone.
    pub share: f64,
    /// For how many a check of it is decided.
    pub n: usize,
    /// The mean of their scores from 0 to 1.
    pub mean: f64,
}

/// A check's place in a rubric: that of its criterion, and that in it. A rubric may have changed between gradings, so that
/// what is listed is in the order of the first place that anything ever had.
type Place = (usize, usize);

/// What was gathered of a check.
struct Gathered<'a> {
    place: Place,
    criterion: &'a str,
    /// Everybody's score.
    scores: Vec<f64>,
    /// With that in the rest, where something of the rest is decided.
    pairs: Vec<(f64, f64)>,
}

impl Item {
    /// Every check in these marks.
    pub(crate) fn all<'a>(marks: impl IntoIterator<Item = &'a Marks>) -> Vec<Self> {
        let mut gathered = BTreeMap::new();
        marks.into_iter().for_each(|marks| gather(&mut gathered, marks));
        let mut items: Vec<_> = gathered.into_iter().collect();
        items.sort_by_key(|(name, item)| (item.place, *name));
        items.into_iter().map(|(name, gathered)| Self::of(name, gathered)).collect()
    }

    fn of(name: &str, gathered: Gathered<'_>) -> Self {
        let Gathered { criterion, mut scores, pairs, .. } = gathered;
        scores.sort_by(f64::total_cmp);
        let mut item = Self {
            check: name.to_owned(),
            criterion: criterion.to_owned(),
            n: scores.len(),
            mean: scores.iter().sum::<f64>() / scores.len() as f64,
            full: Share::counted(scores.iter().map(|score| *score >= 1.0)),
            discrimination: None,
            flags: Vec::new(),
        };
        if pairs.len() >= TOO_FEW_TO_CORRELATE {
            item.discrimination = correlation(&pairs);
        }
        item.flags = item.remarkable();
        item
    }

    fn remarkable(&self) -> Vec<Flag> {
        let flags = [
            (self.n >= FEW && self.full.count == self.n, Flag::EverybodyPasses),
            (self.n >= FEW && self.full.count == 0, Flag::NobodyPasses),
            (self.discrimination.is_some_and(|found| found < 0.0), Flag::NegativeDiscrimination),
            (self.n < TOO_FEW_TO_CORRELATE, Flag::TooFew),
        ];
        flags.into_iter().filter(|(is_so, _)| *is_so).map(|(_, flag)| flag).collect()
    }
}

impl CriterionFigures {
    /// Every criterion in these marks.
    pub(crate) fn all<'a>(marks: impl IntoIterator<Item = &'a Marks>) -> Vec<Self> {
        let mut gathered: BTreeMap<&str, (usize, f64, Vec<f64>)> = BTreeMap::new();
        for (place, criterion) in marks.into_iter().flat_map(|marks| marks.criteria.iter().enumerate()) {
            let Some(score) = criterion.score() else { continue };
            let entry = gathered.entry(&criterion.name).or_insert((place, criterion.share, Vec::new()));
            entry.0 = entry.0.min(place);
            entry.2.push(score);
        }
        let mut criteria: Vec<_> = gathered.into_iter().collect();
        criteria.sort_by_key(|(name, (place, ..))| (*place, *name));
        let figures = criteria.into_iter().map(|(name, (_, share, mut scores))| {
            scores.sort_by(f64::total_cmp);
            let (n, name) = (scores.len(), name.to_owned());
            Self { name, share, n, mean: scores.iter().sum::<f64>() / n as f64 }
        });
        figures.collect()
    }
}

fn gather<'a>(gathered: &mut BTreeMap<&'a str, Gathered<'a>>, marks: &'a Marks) {
    let decided: Vec<_> = decided(marks).collect();
    let all = decided.iter().map(|(.., check, points)| (points, points * check.score));
    let (of, reached) = all.fold((0.0, 0.0), |sum, (of, reached)| (sum.0 + of, sum.1 + reached));
    for (place, criterion, check, points) in decided {
        let item = gathered.entry(&check.name).or_insert_with(|| Gathered {
            place,
            criterion: &criterion.name,
            scores: Vec::new(),
            pairs: Vec::new(),
        });
        item.place = item.place.min(place);
        item.scores.push(check.score);
        let rest = of - points;
        if rest > 0.0 {
            item.pairs.push((check.score, (reached - points * check.score) / rest));
        }
    }
}

/// Every decided check with its place, its criterion, and how much of the milestone it is.
fn decided(marks: &Marks) -> impl Iterator<Item = (Place, &CriterionMarks, &CheckMarks, f64)> {
    marks.criteria.iter().enumerate().flat_map(|(at, criterion)| {
        let weights: f64 = criterion.checks.iter().map(|check| check.weight).sum();
        let checks = criterion.checks.iter().enumerate().filter(|(_, check)| check.is_decided());
        checks.map(move |(inner, check)| {
            let points = bounded(criterion.share * check.weight / weights, 0.0..=100.0);
            ((at, inner), criterion, check, points)
        })
    })
}
