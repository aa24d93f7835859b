//! All works of a task at one level: their features, how rare each is, and which works may be alike.

use std::collections::{BTreeSet, HashMap};

use crate::groups::Groups;

/// Works of which a feature is looked up, at most: without a limit, what everybody has would be looked up by everybody. The
/// limit is for finding candidates only; what two works share is weighed in full.
const MOST_POSTINGS: usize = 200;

/// Features of a work by which candidates are found, on average. With many more, every so many-th is taken, the same ones in
/// all works.
const MOST_LOOKED_UP: usize = 2_000;

/// Works that are looked at more closely for each work.
const CANDIDATES: usize = 20;

/// Features are counted in parts, each of which fits into a processor's cache; so they are counted five times as fast.
const PARTS: u64 = 256;
const PART_BITS: u32 = 56;

/// Pairs by which a level is calibrated, at most.
const MOST_SAMPLED: usize = 50_000;

/// All works of a task at one level.
pub(crate) struct Space {
    /// The features of every work that another has as well, by number and in order; none where it has too few.
    works: Vec<Vec<u32>>,
    /// By feature: the logarithm of how many groups there are for each that has it.
    weights: Vec<f64>,
    /// By work: the weights of all its features; 0 where it has too few.
    masses: Vec<f64>,
    /// By work: features that not more than half of the groups have.
    pub(crate) rare: Vec<usize>,
}

/// Pairs that stand for all pairs of a level.
pub(crate) struct Sample {
    /// Works that have enough to be compared.
    pub(crate) works: usize,
    /// Pairs of them that may be paired.
    pub(crate) pairs: usize,
    /// Some of these or all, with their overlaps.
    pub(crate) overlaps: Vec<(usize, usize, f64)>,
}

/// How much two works have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Common {
    /// Features of both.
    pub(crate) shared: usize,
    /// Their weight.
    pub(crate) weight: f64,
    /// Their share of the weight of the one, from 0 to 1.
    pub(crate) of_one: f64,
    /// And of the other.
    pub(crate) of_other: f64,
}

impl Common {
    /// The overlap coefficient: the share of the lesser work.
    pub(crate) fn overlap(&self) -> f64 {
        self.of_one.max(self.of_other)
    }
}

impl Space {
    /// Of the features of every work, each once and in order. Works with fewer than `least` rare ones are left out of all that
    /// follows.
    pub(crate) fn new(features: &[&[u64]], groups: &Groups, least: usize) -> Self {
        let mut space = Self {
            works: vec![vec![]; features.len()],
            weights: vec![],
            masses: vec![0.0; features.len()],
            rare: vec![0; features.len()],
        };
        let mut order: Vec<_> = (0..features.len()).collect();
        order.sort_by_key(|work| groups.group(*work));
        for part in 0..PARTS {
            let parts: Vec<_> = features.iter().map(|features| slice(features, part)).collect();
            space.add(&parts, &order, groups);
        }
        for work in 0..features.len() {
            space.works[work].sort_unstable();
            if space.rare[work] < least {
                (space.works[work], space.masses[work]) = (vec![], 0.0);
            }
        }
        space
    }

    /// Features of one part of all that there are. What only one work has is weighed, and need not be known by a number.
    fn add(&mut self, parts: &[&[u64]], order: &[usize], groups: &Groups) {
        let mut seen: HashMap<u64, Seen> = HashMap::new();
        for work in order {
            for feature in parts[*work] {
                seen.entry(*feature).or_default().by(groups.group(*work));
            }
        }
        for (work, features) in parts.iter().enumerate() {
            for feature in *features {
                let seen = seen.get_mut(feature).expect("all were seen");
                let weight = (f64::from(groups.count as u32 + 1) / f64::from(seen.groups)).ln();
                self.masses[work] += weight;
                self.rare[work] += usize::from(seen.groups as usize <= (groups.count / 2).max(2));
                if seen.works > 1 {
                    let next = self.weights.len() as u32;
                    let number = *seen.number.get_or_insert(next);
                    if number == next {
                        self.weights.push(weight);
                    }
                    self.works[work].push(number);
                }
            }
        }
    }

    /// Whether a work has enough to be compared.
    pub(crate) fn has(&self, work: usize) -> bool {
        self.masses[work] > 0.0
    }

    /// What two works have in common.
    pub(crate) fn common(&self, one: usize, other: usize) -> Common {
        let (mut left, mut right) = (self.works[one].as_slice(), self.works[other].as_slice());
        let mut common = Common::default();
        while let ([a, lefts @ ..], [b, rights @ ..]) = (left, right) {
            if a == b {
                common.shared += 1;
                common.weight += self.weights[*a as usize];
            }
            (left, right) = (if a <= b { lefts } else { left }, if b <= a { rights } else { right });
        }
        let share =
            |work: usize| if self.masses[work] > 0.0 { common.weight / self.masses[work] } else { 0.0 };
        Common { of_one: share(one).min(1.0), of_other: share(other).min(1.0), ..common }
    }

    /// The pairs of works, the first before the second, that share most of what is rare.
    pub(crate) fn candidates(&self, groups: &Groups) -> BTreeSet<(usize, usize)> {
        let postings = self.postings(groups);
        let (mut sums, mut pairs) = (vec![0f32; self.works.len()], BTreeSet::new());
        for (work, features) in self.works.iter().enumerate() {
            sums.fill(0.0);
            for feature in features {
                let weight = self.weights[*feature as usize] as f32;
                for other in postings.of(*feature) {
                    sums[*other as usize] += weight;
                }
            }
            let mut alike: Vec<_> = (0..sums.len())
                .filter(|other| sums[*other] > 0.0 && groups.are_apart(work, *other))
                .map(|other| (f64::from(sums[other]) / self.masses[work].min(self.masses[other]), other))
                .collect();
            alike.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            pairs
                .extend(alike.iter().take(CANDIDATES).map(|(_, other)| (work.min(*other), work.max(*other))));
        }
        pairs
    }

    /// By feature the works that have it, [`MOST_POSTINGS`] of them; none for what only one has, for what more than a
    /// quarter of a large class has, and for what is not looked up.
    fn postings(&self, groups: &Groups) -> Postings {
        let mut counts = vec![0usize; self.weights.len()];
        self.works.iter().flatten().for_each(|feature| counts[*feature as usize] += 1);
        let most = MOST_POSTINGS.max(groups.count / 4);
        let all: usize = counts.iter().sum();
        let every = (all / (self.works.len() * MOST_LOOKED_UP).max(1)).max(1);
        let kept = |(feature, count): (usize, &usize)| {
            let is_kept = (2..=most).contains(count) && mixed(feature).is_multiple_of(every);
            if is_kept { (*count).min(MOST_POSTINGS) } else { 0 }
        };
        let mut postings = Postings { starts: vec![0], works: vec![] };
        for feature in counts.iter().enumerate() {
            postings.starts.push(postings.starts.last().expect("it begins with one") + kept(feature));
        }
        postings.works = vec![0; *postings.starts.last().expect("it begins with one")];
        let mut next = postings.starts.clone();
        for (work, features) in self.works.iter().enumerate() {
            for feature in features.iter().map(|feature| *feature as usize) {
                if next[feature] < postings.starts[feature + 1] {
                    postings.works[next[feature]] = work as u32;
                    next[feature] += 1;
                }
            }
        }
        postings
    }

    /// All pairs of works that may be paired, or as many as are enough, spread evenly.
    pub(crate) fn sample(&self, groups: &Groups) -> Sample {
        let works: Vec<_> = (0..self.works.len()).filter(|work| self.has(*work)).collect();
        let every = (works.len() * works.len().saturating_sub(1) / 2).div_ceil(MOST_SAMPLED).max(1);
        let pairs =
            works.iter().enumerate().flat_map(|(n, one)| works[n + 1..].iter().map(move |b| (*one, *b)));
        let mut sample = Sample { works: works.len(), pairs: 0, overlaps: vec![] };
        for (one, other) in pairs.filter(|(one, other)| groups.are_apart(*one, *other)) {
            if mixed(sample.pairs).is_multiple_of(every) {
                sample.overlaps.push((one, other, self.common(one, other).overlap()));
            }
            sample.pairs += 1;
        }
        sample
    }
}

/// Spreads numbers evenly: what is sampled must not follow the order of works.
fn mixed(n: usize) -> usize {
    let mixed = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 32)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33) as usize
}

/// Those of a work's features that are of a part: they are in order, and parts are told by how features begin.
fn slice(features: &[u64], part: u64) -> &[u64] {
    let place = |part: u64| features.partition_point(|feature| feature >> PART_BITS < part);
    &features[place(part)..place(part + 1)]
}

/// By whom a feature was seen.
#[derive(Default)]
struct Seen {
    works: u32,
    groups: u32,
    last: Option<usize>,
    number: Option<u32>,
}

impl Seen {
    /// Works come group by group.
    fn by(&mut self, group: usize) {
        self.works += 1;
        self.groups += u32::from(self.last != Some(group));
        self.last = Some(group);
    }
}

/// By feature the works that have it.
struct Postings {
    starts: Vec<usize>,
    works: Vec<u32>,
}

impl Postings {
    fn of(&self, feature: u32) -> &[u32] {
        let feature = feature as usize;
        &self.works[self.starts[feature]..self.starts[feature + 1]]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Print, Work, library::Library};

    /// Works of owners of their own.
    fn groups(works: usize) -> Groups {
        let print = |n: usize| Print::of(&Work { id: n.to_string(), ..Work::default() }, &Library::default());
        Groups::of(&(0..works).map(print).collect::<Vec<_>>())
    }

    fn space(features: &[Vec<u64>]) -> Space {
        let slices: Vec<_> = features.iter().map(Vec::as_slice).collect();
        Space::new(&slices, &groups(features.len()), 1)
    }

    /// Spread over all parts, as hashes are.
    fn spread(feature: u64) -> u64 {
        feature.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn row(features: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut row: Vec<_> = features.into_iter().map(spread).collect();
        row.sort_unstable();
        row.dedup();
        row
    }

    #[test]
    fn shares_are_weighed_by_rarity() {
        // Of three works all have 1, the first two have 2.
        let space = space(&[row([1, 2, 3]), row([1, 2, 4, 5]), row([1, 6])]);
        let (all, two, one) = ((4.0f64 / 3.0).ln(), 2f64.ln(), 4f64.ln());
        let common = space.common(0, 1);
        assert_eq!(common.shared, 2);
        assert!((common.weight - (all + two)).abs() < 1e-12);
        assert!((common.of_one - (all + two) / (all + two + one)).abs() < 1e-12);
        assert!((common.of_other - (all + two) / (all + two + 2.0 * one)).abs() < 1e-12);
        assert_eq!(space.rare, [2, 3, 1], "what more than half has is not rare");
    }

    #[test]
    fn a_copy_in_a_large_class_is_a_candidate() {
        let mut works: Vec<_> = (0..600u64)
            .map(|n| row((0..300).map(|k| k + 300 * (n % 2)).chain((0..50).map(|k| 10_000 + 100 * n + k))))
            .collect();
        works[599] = row((0..300).chain((0..25).map(|k| 10_000 + 100 * 7 + k)).chain(90_000..90_025));
        let candidates = space(&works).candidates(&groups(600));
        assert!(candidates.contains(&(7, 599)));
        assert!(candidates.iter().all(|(one, other)| one < other));
        assert!(candidates.len() <= 600 * CANDIDATES);
    }

    proptest! {
        #[test]
        fn what_is_common_is_so_both_ways(works in prop::collection::vec(prop::collection::vec(0u64..40, 1..30), 2..8)) {
            let space = space(&works.into_iter().map(row).collect::<Vec<_>>());
            for one in 0..space.works.len() {
                for other in 0..one {
                    let (there, back) = (space.common(one, other), space.common(other, one));
                    prop_assert_eq!((there.of_one, there.of_other), (back.of_other, back.of_one));
                    prop_assert!((0.0..=1.0).contains(&there.overlap()));
                }
            }
        }
    }
}
