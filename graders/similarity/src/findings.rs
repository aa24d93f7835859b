//! What was found among the works of one task.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use serde::{Deserialize, Serialize};

use crate::{
    calibration::{CUT, Calibration, Scale},
    clusters::{Cluster, clusters},
    code::Code,
    groups::Groups,
    print::{Amount, Part, Print},
    space::{Common, Space},
    text::Text,
    tiling::{Matching, matching},
};

/// Rare rows of operators that a component needs to be compared; with fewer, chance alone makes two alike.
const LEAST_GRAMS: usize = 100;

/// Rare fingerprints that sources need to be compared: some forty lines.
const LEAST_FINGERPRINTS: usize = 50;

/// Tokens that must match for sources to be reviewed: some fifteen lines.
const LEAST_TOKENS: usize = 100;

/// Pairs to be reviewed that are told, at most.
const MOST_REVIEWED: usize = 1_000;

/// Pairs below the cut that are told, so that a reader sees where it lies.
const BELOW_THE_CUT: usize = 20;

/// Works that are equal to many others are paired with so many of them.
const MOST_EQUAL: usize = 50;

/// What was found among the works of one task. Equal works give equal findings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Findings {
    /// Every work, in the order in which they were given.
    pub works: Vec<Summary>,
    /// Those to be reviewed, the most conspicuous first, and then the next few.
    pub pairs: Vec<Pair>,
    /// How many more are to be reviewed and are not in `pairs`.
    pub left_off: usize,
    /// Works that hang together by pairs far above the cut, the largest first.
    pub clusters: Vec<Cluster>,
    /// What could not be compared, and why.
    pub insufficient: Vec<Insufficient>,
    /// What the pairs of this task are like at each level.
    pub calibration: BTreeMap<Level, Calibration>,
}

/// What two works are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Components as they were handed in.
    Component,
    /// Components that were optimised again.
    Reoptimised,
    /// Sources.
    Sources,
}

/// What is known of a work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// What it is called.
    pub id: String,
    /// Whose it is.
    pub owners: BTreeSet<String>,
    /// Their team.
    pub team: Option<String>,
    /// When it was received.
    pub received: Option<String>,
    /// How much there is, by what could be read.
    pub amounts: BTreeMap<Level, Amount>,
}

/// Two works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pair {
    /// The one, by its place in [`Findings::works`].
    pub one: usize,
    /// The other, a later place.
    pub other: usize,
    /// Whether a person should look at it.
    pub review: bool,
    /// What is equal in both.
    pub exact: BTreeSet<Exact>,
    /// How alike they are, by what both have enough of.
    pub levels: BTreeMap<Level, Likeness>,
    /// Functions of their components that are equal.
    pub functions: Option<SharedFunctions>,
    /// Where their sources match.
    pub matching: Option<Matching>,
}

/// What may be equal in two works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exact {
    /// The components, byte for byte.
    Component,
    /// The core modules with most code, byte for byte.
    Module,
    /// The sources, but for names, literals, comments, layout, and what files are called.
    Sources,
}

/// How alike two works are at one level. Features are weighed by the logarithm of their rarity in the class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Likeness {
    /// Features of both.
    pub shared: usize,
    /// Their weight, in units of e.
    pub weight: f64,
    /// Their share of the one's weight, from 0 to 1.
    pub of_one: f64,
    /// And of the other's.
    pub of_other: f64,
    /// Deviations above what is usual for these works in the task; `None` where nothing is calibrated.
    pub deviations: Option<f64>,
}

/// Functions that are equal in two components, but for what a linker decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SharedFunctions {
    /// How many: none of the base's, none that more than half of the class has, none of fewer than 24 operators.
    pub functions: usize,
    /// Their operators.
    pub operators: usize,
}

/// Something that could not be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Insufficient {
    /// Of which work, by its place.
    pub work: usize,
    /// At which level.
    pub level: Level,
    /// Why.
    pub reason: Reason,
}

/// Why something could not be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It was not handed in.
    Absent,
    /// It is damaged, too large, or in no language that is known.
    Unreadable,
    /// What is left of it without the base is too little or too common to be evidence of anything.
    TooLittle,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Component, Self::Reoptimised, Self::Sources];
}

impl Likeness {
    /// The share of the lesser work, from 0 to 1: what the cut is about.
    pub fn overlap(&self) -> f64 {
        self.of_one.max(self.of_other)
    }
}

impl Pair {
    /// The most deviations at any level.
    pub fn deviations(&self) -> Option<f64> {
        self.levels.values().filter_map(|likeness| likeness.deviations).max_by(f64::total_cmp)
    }

    /// The largest share at any level.
    pub fn overlap(&self) -> f64 {
        self.levels.values().map(Likeness::overlap).fold(0.0, f64::max)
    }
}

impl Findings {
    /// Among the works of one task, whose prints were made with one library.
    pub fn of(prints: &[Print]) -> Self {
        let groups = Groups::of(prints);
        let class = Class::of(prints, &groups);
        let mut pairs = class.pairs(&groups);
        pairs.sort_by(ranked);
        let (mut reviewed, mut below): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|pair| pair.review);
        reviewed.iter_mut().take(MOST_REVIEWED).for_each(|pair| class.verify(pair));
        below.extend(reviewed.extract_if(.., |pair| !pair.review));
        below.sort_by(ranked);
        below.truncate(BELOW_THE_CUT);
        below.iter_mut().for_each(|pair| class.verify(pair));
        let clusters = clusters(&reviewed, prints);
        let left_off = reviewed.len().saturating_sub(MOST_REVIEWED);
        reviewed.truncate(MOST_REVIEWED);
        reviewed.extend(below);
        Self {
            works: class.summaries(),
            pairs: reviewed,
            left_off,
            clusters,
            insufficient: class.insufficient(),
            calibration: class.scales.iter().map(|(level, scale)| (*level, scale.calibration)).collect(),
        }
    }
}

/// Equal works first, then the most deviations, then the largest share.
fn ranked(one: &Pair, other: &Pair) -> Ordering {
    let order = |pair: &Pair| [pair.deviations().unwrap_or_default(), pair.overlap()];
    let ([z, share], [other_z, other_share]) = (order(one), order(other));
    let is_equal = other.exact.is_empty().cmp(&one.exact.is_empty()).reverse();
    let places = (one.one, one.other).cmp(&(other.one, other.other));
    is_equal.then(other_z.total_cmp(&z)).then(other_share.total_cmp(&share)).then(places)
}

/// All works of a task.
struct Class<'a> {
    prints: &'a [Print],
    spaces: BTreeMap<Level, Space>,
    scales: BTreeMap<Level, Scale>,
    /// Functions that more than half of the class has.
    common_functions: BTreeSet<[u8; 32]>,
}

impl<'a> Class<'a> {
    fn of(prints: &'a [Print], groups: &Groups) -> Self {
        let (mut spaces, mut scales) = (BTreeMap::new(), BTreeMap::new());
        for level in Level::ALL {
            let least = if level == Level::Sources { LEAST_FINGERPRINTS } else { LEAST_GRAMS };
            let features: Vec<_> = prints.iter().map(|print| features(print, level)).collect();
            let space = Space::new(&features, groups, least);
            let sample = space.sample(groups);
            if sample.works > 0 {
                scales.insert(level, Scale::of(prints.len(), &sample));
                spaces.insert(level, space);
            }
        }
        Self { prints, spaces, scales, common_functions: common_functions(prints, groups) }
    }

    fn pairs(&self, groups: &Groups) -> Vec<Pair> {
        let exact = self.exact(groups);
        let mut places: BTreeSet<_> = exact.keys().copied().collect();
        for space in self.spaces.values() {
            places.extend(space.candidates(groups));
        }
        let pair = |(one, other): (usize, usize)| {
            let exact = exact.get(&(one, other)).cloned().unwrap_or_default();
            let levels = self.levels(one, other);
            let is_beyond = |likeness: &Likeness| likeness.deviations.is_some_and(|z| z >= CUT);
            let review = !exact.is_empty() || levels.values().any(is_beyond);
            Pair { one, other, review, exact, levels, functions: None, matching: None }
        };
        places.into_iter().map(pair).collect()
    }

    fn levels(&self, one: usize, other: usize) -> BTreeMap<Level, Likeness> {
        let both = self.spaces.iter().filter(|(_, space)| space.has(one) && space.has(other));
        let likeness = |(level, space): (&Level, &Space)| {
            let common @ Common { shared, weight, of_one, of_other } = space.common(one, other);
            let deviations = self.scales[level].deviations(one, other, common.overlap());
            (*level, Likeness { shared, weight, of_one, of_other, deviations })
        };
        both.map(likeness).collect()
    }

    /// What is equal in which works.
    fn exact(&self, groups: &Groups) -> BTreeMap<(usize, usize), BTreeSet<Exact>> {
        let mut equal: HashMap<(Exact, [u8; 32]), Vec<usize>> = HashMap::new();
        for (work, print) in self.prints.iter().enumerate() {
            let own = print.component.read().filter(|code| !print.is_given && code.operators > code.excluded);
            let code = own.into_iter().flat_map(|c| [(Exact::Component, c.file), (Exact::Module, c.module)]);
            let text = print.sources.read().filter(|text| text.fingerprints.len() >= LEAST_FINGERPRINTS);
            let text = text.and_then(|text| text.digest).map(|digest| (Exact::Sources, digest));
            code.chain(text).for_each(|key| equal.entry(key).or_default().push(work));
        }
        let mut pairs: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for ((exact, _), works) in &equal {
            for (n, one) in works.iter().enumerate() {
                let others = works[n + 1..].iter().filter(|other| groups.are_apart(*one, **other));
                for other in others.take(MOST_EQUAL) {
                    pairs.entry((*one, *other)).or_default().insert(*exact);
                }
            }
        }
        pairs
    }

    /// Looks at a pair closely: sources that are alike by fingerprints alone, and match in no region, are not reviewed.
    fn verify(&self, pair: &mut Pair) {
        let [one, other] = [pair.one, pair.other].map(|work| &self.prints[work]);
        if let (Some(one), Some(other)) = (one.component.read(), other.component.read()) {
            pair.functions = Some(self.shared_functions(one, other));
        }
        if let (Some(one), Some(other)) = (one.sources.read(), other.sources.read()) {
            pair.matching = Some(matching(one, other));
        }
        let matches = pair.matching.as_ref().is_some_and(|matching| matching.tokens >= LEAST_TOKENS);
        let is_beyond = |(level, likeness): (&Level, &Likeness)| {
            likeness.deviations.is_some_and(|z| z >= CUT) && (*level != Level::Sources || matches)
        };
        pair.review = !pair.exact.is_empty() || pair.levels.iter().any(is_beyond);
    }

    fn shared_functions(&self, one: &Code, other: &Code) -> SharedFunctions {
        let mut left: HashMap<_, usize> = HashMap::new();
        for (digest, _) in &other.functions {
            *left.entry(digest).or_default() += 1;
        }
        let mut shared = SharedFunctions { functions: 0, operators: 0 };
        for (digest, operators) in &one.functions {
            let is_left = left.get_mut(digest).filter(|count| **count > 0);
            if let Some(count) = is_left.filter(|_| !self.common_functions.contains(digest)) {
                *count -= 1;
                shared.functions += 1;
                shared.operators += operators;
            }
        }
        shared
    }

    fn summaries(&self) -> Vec<Summary> {
        let summary = |(work, print): (usize, &Print)| Summary {
            id: print.id.clone(),
            owners: print.owners.clone(),
            team: print.team.clone(),
            received: print.received.clone(),
            amounts: Level::ALL
                .into_iter()
                .filter_map(|level| Some((level, self.amount(work, level)?)))
                .collect(),
        };
        self.prints.iter().enumerate().map(summary).collect()
    }

    fn amount(&self, work: usize, level: Level) -> Option<Amount> {
        let print = &self.prints[work];
        let rare = self.spaces.get(&level).map_or(0, |space| space.rare[work]);
        let of_code = |code: &Code| Amount {
            all: code.operators,
            excluded: code.excluded,
            rare,
            is_cut_short: code.is_cut_short,
        };
        let of_text = |text: &Text| Amount {
            all: text.tokens,
            excluded: text.excluded,
            rare,
            is_cut_short: text.is_cut_short,
        };
        match level {
            Level::Component => print.component.read().map(of_code),
            Level::Reoptimised => print.reoptimised.read().map(of_code),
            Level::Sources => print.sources.read().map(of_text),
        }
    }

    /// What is absent is told only where others have it.
    fn insufficient(&self) -> Vec<Insufficient> {
        let mut found = Vec::new();
        for level in Level::ALL {
            let reasons: Vec<_> = self.prints.iter().map(|print| reason(print, level)).collect();
            if reasons.iter().all(|reason| *reason == Reason::Absent) {
                continue;
            }
            let is_enough = |work: usize| self.spaces.get(&level).is_some_and(|space| space.has(work));
            let lacking = reasons.into_iter().enumerate().filter(|(work, _)| !is_enough(*work));
            found.extend(lacking.map(|(work, reason)| Insufficient { work, level, reason }));
        }
        found.sort_by_key(|lack| (lack.work, lack.level));
        found
    }
}

/// What a work would not be compared for.
fn reason(print: &Print, level: Level) -> Reason {
    fn of<T>(part: &Part<T>) -> Reason {
        match part {
            Part::Absent => Reason::Absent,
            Part::Unreadable => Reason::Unreadable,
            Part::Read(_) => Reason::TooLittle,
        }
    }
    match level {
        Level::Component => of(&print.component),
        Level::Reoptimised => of(&print.reoptimised),
        Level::Sources => of(&print.sources),
    }
}

/// What a work is compared by. A component that everybody was given is nobody's own.
fn features(print: &Print, level: Level) -> &[u64] {
    match level {
        Level::Component if print.is_given => &[],
        Level::Component => print.component.read().map_or(&[], |code| &code.grams),
        Level::Reoptimised => print.reoptimised.read().map_or(&[], |code| &code.grams),
        Level::Sources => print.sources.read().map_or(&[], |text| &text.fingerprints),
    }
}

/// Functions that more than half of the groups have.
fn common_functions(prints: &[Print], groups: &Groups) -> BTreeSet<[u8; 32]> {
    let mut having: HashMap<[u8; 32], BTreeSet<usize>> = HashMap::new();
    for (work, print) in prints.iter().enumerate() {
        for (digest, _) in print.component.read().iter().flat_map(|code| &code.functions) {
            having.entry(*digest).or_default().insert(groups.group(work));
        }
    }
    let common = having.into_iter().filter(|(_, having)| having.len() > (groups.count / 2).max(2));
    common.map(|(digest, _)| digest).collect()
}
