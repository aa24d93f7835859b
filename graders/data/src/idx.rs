//! The IDX format of MNIST: a header that says how many values there are, then the values.
//!
//! The header is the enemy's: it is compared with the bytes that are there and nothing is allocated for it.

use crate::Problem;

/// Unsigned bytes with their extents.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Idx {
    /// Outermost first.
    pub(crate) extents: Vec<u32>,
    /// As many as the product of the extents.
    pub(crate) values: Vec<u8>,
}

/// The code of unsigned bytes, in the third byte of the magic number.
const UNSIGNED_BYTE: u8 = 8;

impl Idx {
    /// Reads an IDX file of unsigned bytes with `rank` axes.
    ///
    /// The layout is that of *The MNIST database of handwritten digits*, "File formats": two zeros, the type,
    /// the rank, then each extent as a big-endian u32, then the values, last axis fastest.
    pub(crate) fn parse(mut bytes: Vec<u8>, rank: u8) -> Result<Self, Problem> {
        let header = 4 + 4 * usize::from(rank);
        let Some((magic, extents)) = bytes.get(..header).and_then(|header| header.split_at_checked(4)) else {
            return Err(problem(format!("{} bytes, too few for a header of {header}", bytes.len())));
        };
        if magic != [0, 0, UNSIGNED_BYTE, rank] {
            return Err(problem(format!("magic number {magic:?}, not [0, 0, {UNSIGNED_BYTE}, {rank}]")));
        }
        let (extents, _) = extents.as_chunks();
        let extents: Vec<u32> = extents.iter().copied().map(u32::from_be_bytes).collect();
        bytes.drain(..header);
        if product(&extents) != Some(bytes.len()) {
            return Err(problem(format!("extents {extents:?}, but {} values", bytes.len())));
        }
        Ok(Self { extents, values: bytes })
    }
}

fn product(extents: &[u32]) -> Option<usize> {
    extents.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent as usize))
}

fn problem(found: String) -> Problem {
    Problem::Content(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], rank: u8, expected: &str) {
        let error = Idx::parse(bytes.to_vec(), rank).unwrap_err().to_string();
        assert_eq!(error.strip_prefix("its content is wrong: "), Some(expected));
    }

    fn file(rank: u8, extents: &[u32], values: &[u8]) -> Vec<u8> {
        let extents = extents.iter().flat_map(|extent| extent.to_be_bytes());
        [0, 0, 8, rank].into_iter().chain(extents).chain(values.iter().copied()).collect()
    }

    #[test]
    fn what_is_wrong_is_named() {
        check(&[], 1, "0 bytes, too few for a header of 8");
        check(&file(3, &[1, 1], &[]), 3, "12 bytes, too few for a header of 16");
        check(&file(3, &[1], &[9]), 1, "magic number [0, 0, 8, 3], not [0, 0, 8, 1]");
        check(&[31, 139, 8, 0, 0, 0, 0, 0], 1, "magic number [31, 139, 8, 0], not [0, 0, 8, 1]");
        check(&file(1, &[3], &[1, 2]), 1, "extents [3], but 2 values");
        check(&file(1, &[1], &[1, 2]), 1, "extents [1], but 2 values");
        check(
            &file(3, &[u32::MAX; 3], &[1, 2]),
            3,
            "extents [4294967295, 4294967295, 4294967295], but 2 values",
        );
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(rows in 0u32..5, columns in 0u32..5, fill: u8) {
            let values = vec![fill; (rows * columns) as usize];
            let idx = Idx::parse(file(2, &[rows, columns], &values), 2).unwrap();
            prop_assert_eq!(idx, Idx { extents: vec![rows, columns], values });
        }

        #[test]
        fn no_bytes_make_it_panic(rank in 0u8..4, bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = Idx::parse(bytes, rank);
        }

        #[test]
        fn no_header_is_believed(extents: [u32; 3], values in prop::collection::vec(any::<u8>(), 0..40)) {
            let parsed = Idx::parse(file(3, &extents, &values), 3);
            let product = extents.iter().map(|&extent| u128::from(extent)).try_fold(1, u128::checked_mul);
            prop_assert_eq!(parsed.is_ok(), product == Some(values.len() as u128));
        }
    }
}
