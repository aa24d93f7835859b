//! Fingerprints of a row of tokens by robust winnowing.
//!
//! Schleimer, Wilkerson and Aiken, *Winnowing: Local Algorithms for Document Fingerprinting*, SIGMOD 2003, §4 and §5.1.
//! Whatever two rows share in [`ROW`] + [`WINDOW`] − 1 tokens or more leaves at least one equal fingerprint in both.

/// Tokens that one fingerprint covers: shorter matches are noise.
pub(crate) const ROW: usize = 12;

/// Rows of which one is kept.
pub(crate) const WINDOW: usize = 5;

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of every [`ROW`] tokens that follow each other.
pub(crate) fn rows(symbols: &[u32]) -> Vec<u64> {
    if symbols.len() < ROW {
        return Vec::new();
    }
    let leaving = (1..ROW).fold(1u64, |power, _| power.wrapping_mul(FACTOR));
    let step = |sum: u64, symbol: u32| sum.wrapping_mul(FACTOR).wrapping_add(u64::from(symbol) + 1);
    let mut sum = symbols[..ROW].iter().fold(0, |sum, symbol| step(sum, *symbol));
    let mut rows = Vec::with_capacity(symbols.len() + 1 - ROW);
    rows.push(mixed(sum));
    for (place, symbol) in symbols.iter().enumerate().skip(ROW) {
        let left = (u64::from(symbols[place - ROW]) + 1).wrapping_mul(leaving);
        sum = step(sum.wrapping_sub(left), *symbol);
        rows.push(mixed(sum));
    }
    rows
}

/// Winnowing takes the least hash, so that its order must not follow from the tokens'.
fn mixed(sum: u64) -> u64 {
    let sum = (sum ^ (sum >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    sum ^ (sum >> 29)
}

/// Of the rows' hashes those that are least in a window: of equal ones the last, and the one that was kept before while
/// it stays in the window.
pub(crate) fn fingerprints(rows: &[u64]) -> Vec<u64> {
    let mut kept = Vec::new();
    let mut last = None;
    for (start, window) in rows.windows(WINDOW.min(rows.len()).max(1)).enumerate() {
        let least = *window.iter().min().expect("a window is not empty");
        if last.is_some_and(|place: usize| place >= start && rows[place] == least) {
            continue;
        }
        let place = start + window.iter().rposition(|row| *row == least).expect("the least is in it");
        last = Some(place);
        kept.push(least);
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rolling_is_hashing_anew(symbols in prop::collection::vec(0u32..5, 0..60)) {
            let anew: Vec<_> = symbols.windows(ROW).map(|row| rows(row)[0]).collect();
            prop_assert_eq!(rows(&symbols), anew);
        }

        #[test]
        fn what_is_shared_long_enough_is_found(
            shared in prop::collection::vec(0u32..9, ROW + WINDOW - 1..40),
            befores in prop::array::uniform2(prop::collection::vec(0u32..9, 0..30)),
            afters in prop::array::uniform2(prop::collection::vec(0u32..9, 0..30)),
        ) {
            let print = |side: usize| {
                let whole = [&befores[side][..], &shared, &afters[side]].concat();
                fingerprints(&rows(&whole))
            };
            let other = print(1);
            prop_assert!(print(0).iter().any(|row| other.contains(row)));
        }

        #[test]
        fn few_are_kept(symbols in prop::collection::vec(any::<u32>(), 200..400)) {
            let rows = rows(&symbols);
            let kept = fingerprints(&rows).len();
            prop_assert!(kept * WINDOW >= rows.len() - WINDOW && kept < rows.len() / 2, "{} of {}", kept, rows.len());
        }
    }
}
