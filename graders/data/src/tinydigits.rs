//! The digits that are part of the program.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::{Examples, Split};

/// The folder beside it says what this is, where it is from and under which licence.
static PACKED: &[u8] = include_bytes!("../tinydigits/digits.csv.gz");

/// Every fourth example, the last of four, is for testing.
const TEST_EVERY: usize = 4;

/// The examples of a split, in the order of the file.
pub(crate) fn examples(split: Split) -> Examples {
    let mut text = String::new();
    GzDecoder::new(PACKED).read_to_string(&mut text).expect("the embedded file is gzip of text");
    let mut examples = Examples { pixels: Vec::new(), labels: Vec::new() };
    for (_, line) in text.lines().enumerate().filter(|(index, _)| split_of(*index) == split) {
        examples.pixels.extend(line.split(',').map(value));
        examples.labels.extend(examples.pixels.pop());
    }
    examples
}

fn split_of(index: usize) -> Split {
    if index % TEST_EVERY == TEST_EVERY - 1 { Split::Test } else { Split::Train }
}

fn value(text: &str) -> u8 {
    text.parse().expect("the embedded file holds numbers from 0 to 16")
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_file_is_the_one_that_the_readme_names() {
        let digest = hex::encode(Sha256::digest(PACKED));
        assert!(include_str!("../tinydigits/README.md").contains(&digest), "{digest}");
    }

    #[track_caller]
    fn check(split: Split, per_digit: [usize; 10]) {
        let Examples { pixels, labels } = examples(split);
        let found: [usize; 10] =
            std::array::from_fn(|digit| labels.iter().filter(|&&label| usize::from(label) == digit).count());
        assert_eq!(found, per_digit);
        assert_eq!(pixels.len(), 64 * labels.len());
    }

    #[test]
    fn both_splits_hold_every_digit() {
        check(Split::Test, [43, 46, 44, 47, 50, 41, 41, 47, 44, 46]);
        check(Split::Train, [135, 136, 133, 136, 131, 141, 140, 132, 130, 134]);
    }
}
