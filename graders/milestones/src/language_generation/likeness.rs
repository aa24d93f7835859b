//! How much of a text comes again in itself or in another one.

use std::collections::HashSet;

/// Characters of what is counted as coming again.
const GRAM: usize = 6;

/// The share of a text's n-grams that are different ones: 1 where none comes again.
pub(super) fn distinct(text: &[u8]) -> f64 {
    let count = text.len().saturating_sub(GRAM - 1);
    let different: HashSet<_> = text.windows(GRAM).collect();
    if count == 0 { 1.0 } else { different.len() as f64 / count as f64 }
}

/// The length of the longest run that stands in a text twice; the two may overlap.
pub(super) fn longest_repeat(text: &[u8]) -> usize {
    longest(text.len(), |length| {
        let mut seen = HashSet::new();
        text.windows(length).any(|run| !seen.insert(run))
    })
}

/// The length of the longest run that stands in both texts.
pub(super) fn longest_in_both(one: &[u8], other: &[u8]) -> usize {
    longest(one.len().min(other.len()), |length| {
        let of_one: HashSet<_> = one.windows(length).collect();
        other.windows(length).any(|run| of_one.contains(run))
    })
}

/// The largest length up to this one for which something holds that holds for all shorter ones, too.
fn longest(most: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut yes, mut no) = (0, most + 1);
    while no - yes > 1 {
        let middle = yes.midpoint(no);
        if holds(middle) { yes = middle } else { no = middle }
    }
    yes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_counted() {
        #[track_caller]
        fn check(text: &str, share: f64, repeat: usize) {
            assert_eq!((distinct(text.as_bytes()), longest_repeat(text.as_bytes())), (share, repeat));
        }
        check("", 1.0, 0);
        check("abc", 1.0, 0);
        check("abcdefgh", 1.0, 0);
        check("abcdefabcdef", 6.0 / 7.0, 6);
        check("aaaaaaaaaa", 1.0 / 5.0, 9);
    }

    #[test]
    fn the_longest_run_in_both_is_found() {
        #[track_caller]
        fn check(one: &str, other: &str, expected: usize) {
            let [one, other] = [one, other].map(str::as_bytes);
            assert_eq!([longest_in_both(one, other), longest_in_both(other, one)], [expected; 2]);
        }
        check("", "abc", 0);
        check("xyz", "abc", 0);
        check("the cat sat", "a cat sits", 6);
        check("abc", "xxabcxx", 3);
    }
}
