//! Works that hang together.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{calibration::CUT, findings::Pair, print::Print};

/// Deviations from which on a pair holds a cluster together: twice as far out as what is reviewed, since one chance pair would
/// join two groups that have nothing to do with each other.
const HIGH_CUT: f64 = 2.0 * CUT;

/// Works that hang together by pairs far above the cut, by their places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cluster {
    /// All of them, in order.
    pub members: Vec<usize>,
    /// Those of them that are all alike, each with each; the largest first. Who is in none is alike to some only.
    pub cores: Vec<Vec<usize>>,
    /// The member that was received first, where times are known. It may still not be where the code comes from.
    pub earliest: Option<usize>,
}

/// The clusters of two or more works, the largest first.
pub(crate) fn clusters(pairs: &[Pair], prints: &[Print]) -> Vec<Cluster> {
    let is_strong = |pair: &&Pair| !pair.exact.is_empty() || pair.deviations().is_some_and(|z| z >= HIGH_CUT);
    let mut alike: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut ranked = Vec::new();
    for pair in pairs.iter().filter(is_strong) {
        alike.entry(pair.one).or_default().insert(pair.other);
        alike.entry(pair.other).or_default().insert(pair.one);
        ranked.push((pair.one, pair.other));
    }
    let mut clusters: Vec<_> = components(&alike)
        .into_iter()
        .map(|members| {
            let earliest =
                members.iter().filter_map(|work| Some((prints[*work].received.as_ref()?, *work))).min();
            Cluster {
                cores: cores(&members, &ranked, &alike),
                earliest: earliest.map(|(_, work)| work),
                members,
            }
        })
        .collect();
    clusters.sort_by_key(|cluster| (std::cmp::Reverse(cluster.members.len()), cluster.members[0]));
    clusters
}

/// What is connected.
fn components(alike: &BTreeMap<usize, BTreeSet<usize>>) -> Vec<Vec<usize>> {
    let (mut seen, mut components) = (BTreeSet::new(), Vec::new());
    for start in alike.keys() {
        let (mut waiting, mut members) = (vec![*start], Vec::new());
        while let Some(work) = waiting.pop() {
            if seen.insert(work) {
                members.push(work);
                waiting.extend(&alike[&work]);
            }
        }
        members.sort_unstable();
        components.extend((!members.is_empty()).then_some(members));
    }
    components
}

/// Complete linkage: sets in which everybody is alike to everybody, made of the most conspicuous pairs first. Each work is in
/// one at most.
fn cores(
    members: &[usize],
    ranked: &[(usize, usize)],
    alike: &BTreeMap<usize, BTreeSet<usize>>,
) -> Vec<Vec<usize>> {
    let mut set_of: BTreeMap<usize, usize> = members.iter().map(|work| (*work, *work)).collect();
    let mut sets: BTreeMap<usize, Vec<usize>> = members.iter().map(|work| (*work, vec![*work])).collect();
    for (one, other) in ranked.iter().filter(|(one, _)| set_of.contains_key(one)).copied().collect::<Vec<_>>()
    {
        let (a, b) = (set_of[&one], set_of[&other]);
        let are_all = a != b && sets[&a].iter().all(|x| sets[&b].iter().all(|y| alike[x].contains(y)));
        if are_all {
            let moved = sets.remove(&b).expect("a set is where its members say");
            moved.iter().for_each(|work| _ = set_of.insert(*work, a));
            sets.get_mut(&a).expect("a set is where its members say").extend(moved);
        }
    }
    let mut cores: Vec<_> = sets.into_values().filter(|set| set.len() > 1).collect();
    cores.iter_mut().for_each(|core| core.sort_unstable());
    cores.sort_by_key(|core| (std::cmp::Reverse(core.len()), core[0]));
    cores
}
