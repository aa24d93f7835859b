//! The header of a guest: the lines `FIELD: VALUE` among its comments, each field known.
//!
//! ```text
//! corpus: NUMBER, …        the cases of SANDBOX.md's hostile corpus that it is, if any, in ascending order
//! expect: …                what will become of it, see `expectation.rs`; there may be several
//! ```

use std::collections::BTreeSet;

use crate::{CASES, Expectation};

/// What a guest says of itself.
#[derive(Debug)]
pub(crate) struct Header {
    /// The cases of the hostile corpus that it is.
    pub(crate) corpus: BTreeSet<u8>,
    /// What will become of it.
    pub(crate) expectation: Expectation,
}

impl Header {
    /// Reads the comments of a guest, each line without what makes it a comment.
    ///
    /// # Errors
    ///
    /// If a field is unknown, or its value is not of the form above.
    pub(crate) fn parse<'a>(comments: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let (mut corpus, mut expected) = (None, Vec::new());
        for (field, value) in comments.filter_map(field) {
            match field {
                "corpus" if corpus.is_none() => corpus = Some(numbers(value)?),
                "corpus" => return Err("the corpus is named twice".to_owned()),
                "expect" => expected.push(value),
                _ => return Err(format!("'{field}' is no field of a header")),
            }
        }
        let expectation = Expectation::parse(expected.into_iter())?;
        Ok(Self { corpus: corpus.unwrap_or_default(), expectation })
    }
}

/// A line that begins with one word in small letters and a colon; all others are prose.
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim().split_once(": ")?;
    name.bytes().all(|byte| byte.is_ascii_lowercase()).then_some((name, value))
}

/// Cases of the corpus, each above the one before.
fn numbers(value: &str) -> Result<BTreeSet<u8>, String> {
    let mut numbers = BTreeSet::new();
    for word in value.split(", ") {
        let number = word.parse().map_err(|_| format!("'{word}' in 'corpus: {value}' is no number"))?;
        if !CASES.contains(&number) || numbers.last().is_some_and(|last| *last >= number) {
            return Err(format!("'corpus: {value}' is not an ascending list of numbers from 1 to 60"));
        }
        numbers.insert(number);
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], expected: Result<&[u8], &str>) {
        match (Header::parse(lines.iter().copied()), expected) {
            (Ok(header), Ok(corpus)) => assert_eq!(header.corpus.into_iter().collect::<Vec<_>>(), corpus),
            (Err(error), Err(words)) => assert!(error.contains(words), "{error}"),
            (found, _) => panic!("{lines:?}: {found:?}"),
        }
    }

    #[test]
    fn headers_are_read_strictly() {
        let expect = "expect: refused import";
        check(&["Wants it all: and more.", expect], Ok(&[]));
        check(&["corpus: 1, 60", expect], Ok(&[1, 60]));
        check(&["corpus: 7, 7", expect], Err("ascending"));
        check(&["corpus: 61", expect], Err("from 1 to 60"));
        check(&["corpus: 0", expect], Err("from 1 to 60"));
        check(&["corpus: ten", expect], Err("'ten'"));
        check(&["corpus: 7,8", expect], Err("'7,8'"));
        check(&["corpus: 7", "corpus: 8", expect], Err("twice"));
        check(&["expects: refused import"], Err("'expects' is no field"));
        check(&["corpus: 7"], Err("nothing says"));
    }
}
