//! Which works belong together, so that they are neither paired nor counted twice.

use std::collections::BTreeMap;

use crate::print::Print;

/// For every work the group that it belongs to. Works with an owner in common, or of one declared team, are of one group, and so are
/// all that hang together by several such steps.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    of: Vec<usize>,
    /// How many there are.
    pub(crate) count: usize,
}

impl Groups {
    pub(crate) fn of(prints: &[Print]) -> Self {
        let mut parents: Vec<usize> = (0..prints.len()).collect();
        let mut first = BTreeMap::new();
        for (place, print) in prints.iter().enumerate() {
            let owners = print.owners.iter().map(|owner| (0, owner));
            for key in owners.chain(print.team.iter().map(|team| (1, team))) {
                let other = *first.entry(key).or_insert(place);
                let [a, b] = [place, other].map(|work| root(&mut parents, work));
                parents[a.max(b)] = a.min(b);
            }
        }
        let of: Vec<_> = (0..prints.len()).map(|work| root(&mut parents, work)).collect();
        let count = of.iter().enumerate().filter(|(work, group)| work == *group).count();
        Self { of, count }
    }

    /// The group of a work, named by the first of its works.
    pub(crate) fn group(&self, work: usize) -> usize {
        self.of[work]
    }

    /// Whether two works may be paired.
    pub(crate) fn are_apart(&self, one: usize, other: usize) -> bool {
        self.of[one] != self.of[other]
    }
}

fn root(parents: &mut [usize], mut work: usize) -> usize {
    while parents[work] != work {
        parents[work] = parents[parents[work]];
        work = parents[work];
    }
    work
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Library, Work};

    #[track_caller]
    fn check(works: &[(&[&str], Option<&str>)], expected: &[usize]) {
        let print = |(owners, team): &(&[&str], Option<&str>)| {
            let owners = owners.iter().map(|owner| (*owner).to_owned()).collect();
            Print::of(&Work { owners, team: team.map(str::to_owned), ..Work::default() }, &Library::default())
        };
        let prints: Vec<_> = works.iter().map(print).collect();
        let groups = Groups::of(&prints);
        assert_eq!(groups.of, expected);
        assert_eq!(groups.count, expected.iter().collect::<std::collections::BTreeSet<_>>().len());
    }

    #[test]
    fn owners_and_teams_hold_works_together() {
        check(&[], &[]);
        check(&[(&["a"], None), (&["b"], None)], &[0, 1]);
        check(&[(&["a"], None), (&["a"], None)], &[0, 0]);
        check(&[(&["a"], Some("t")), (&["b"], Some("t")), (&["c"], Some("u"))], &[0, 0, 2]);
        check(&[(&["a"], None), (&["b"], None), (&["a", "b"], None)], &[0, 0, 0]);
        // A student may be called as a team is.
        check(&[(&["a"], None), (&["b"], Some("a"))], &[0, 1]);
        check(&[(&[], None), (&[], None)], &[0, 1]);
    }
}
