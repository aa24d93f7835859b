//! A text in memory, its characters as numbers.

use std::collections::BTreeSet;
use std::sync::Arc;

use tito_tensor::Tensor;

use crate::{Description, Problem, Provenance, Split, UnknownCharacter, words};

/// The most different characters that a text may have, so that each fits a byte and no model's first layer is large.
const MOST_CHARACTERS: usize = 256;

/// A text in memory: its first nine tenths, rounded down to a character, are for training, and the rest is held out.
/// Clones share it.
///
/// A character's token is its place in the [vocabulary](Self::vocabulary).
///
/// ```
/// use tito_data::{Split, Store, TINYTALK};
///
/// let talk = Store::at("/no/folder/needed").text(&TINYTALK)?;
/// let last = talk.windows(Split::Train, 8) - 1;
/// let (inputs, targets) = talk.batch(Split::Train, &[0, last], 8);
/// assert_eq!(inputs.shape().extents(), [2, 8]);
/// // Each character is asked to tell the next.
/// assert_eq!(inputs.data()[1], targets[0] as f32);
/// assert!(talk.part(Split::Train).ends_with(&talk.decode(&targets[8..])));
/// # Ok::<(), tito_data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Text {
    description: Option<&'static Description>,
    provenance: Provenance,
    whole: Arc<Whole>,
}

#[derive(Debug)]
struct Whole {
    text: String,
    /// How many bytes of it are for training.
    training_bytes: usize,
    /// In the order of their code points.
    vocabulary: Vec<char>,
    /// One for each character.
    tokens: Vec<u8>,
    /// How many of them are for training.
    training: usize,
}

impl Text {
    /// The name of a text that is no dataset.
    pub const OWN: &str = "own-text";

    /// The text that these bytes are. Errors where they are none, or one that cannot be learnt.
    pub(crate) fn new(
        description: Option<&'static Description>,
        provenance: Provenance,
        bytes: Vec<u8>,
    ) -> Result<Self, Problem> {
        let whole = Arc::new(Whole::new(bytes).map_err(Problem::Content)?);
        Ok(Self { description, provenance, whole })
    }

    /// What is known of the dataset that this is, and whether it [stands in](Description::stands_in_for) for another.
    /// Nothing is known of a course's own text.
    pub fn description(&self) -> Option<&'static Description> {
        self.description
    }

    /// The dataset's name, or [`OWN`](Self::OWN).
    pub fn name(&self) -> &'static str {
        self.description.map_or(Self::OWN, |description| description.name)
    }

    /// Whose bytes these are.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// How many characters it has, both parts together.
    pub fn len(&self) -> usize {
        self.whole.tokens.len()
    }

    /// Whether it has none, which no text does: an empty one is refused.
    pub fn is_empty(&self) -> bool {
        self.whole.tokens.is_empty()
    }

    /// Its different characters, those of both parts, in the order of their code points: at most 256.
    pub fn vocabulary(&self) -> &[char] {
        &self.whole.vocabulary
    }

    /// The characters of one part.
    pub fn part(&self, split: Split) -> &str {
        let (training, held_out) = self.whole.text.split_at(self.whole.training_bytes);
        if split == Split::Train { training } else { held_out }
    }

    /// The token of each character of one part.
    pub fn tokens(&self, split: Split) -> &[u8] {
        let (training, held_out) = self.whole.tokens.split_at(self.whole.training);
        if split == Split::Train { training } else { held_out }
    }

    /// How many windows of `length` characters and the one after them a part has: one at every place that has so many
    /// after it.
    pub fn windows(&self, split: Split, length: usize) -> usize {
        self.tokens(split).len().saturating_sub(length)
    }

    /// The windows that begin at these places of a part, in this order; a place may stand more than once.
    ///
    /// # Shapes
    ///
    /// Tokens `[places, length]`, and a target for each of them, row after row: the token of the next character.
    ///
    /// # Panics
    ///
    /// If a place is not below [`windows`](Self::windows).
    pub fn batch(&self, split: Split, places: &[usize], length: usize) -> (Tensor, Vec<u32>) {
        let (tokens, count) = (self.tokens(split), self.windows(split, length));
        let wrong = places.iter().find(|place| **place >= count);
        assert!(wrong.is_none(), "there is no window {wrong:?} among {count}");
        let rows = |shift: usize| places.iter().flat_map(move |place| &tokens[place + shift..][..length]);
        let extents = [places.len(), length].map(|extent| u32::try_from(extent).expect("a batch is small"));
        let inputs = Tensor::new(extents, rows(0).map(|&token| f32::from(token)).collect())
            .expect("every window has the same length");
        (inputs, rows(1).map(|&token| u32::from(token)).collect())
    }

    /// The token of each character of `text`.
    ///
    /// # Errors
    ///
    /// If one of them is not in the [vocabulary](Self::vocabulary).
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, UnknownCharacter> {
        let token = |(at, character)| match self.vocabulary().binary_search(&character) {
            Ok(token) => Ok(token as u32),
            Err(_) => Err(UnknownCharacter { character, at }),
        };
        text.chars().enumerate().map(token).collect()
    }

    /// The characters of these tokens. Whatever is no token, which a model may well have written, becomes U+FFFD.
    pub fn decode(&self, tokens: &[u32]) -> String {
        let character = |&token: &u32| self.vocabulary().get(token as usize).copied();
        tokens.iter().map(|token| character(token).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }

    /// The different [words](words()) of the training part, by which one sees whether a model writes words.
    pub fn words(&self) -> BTreeSet<String> {
        words(self.part(Split::Train)).collect()
    }
}

impl Whole {
    fn new(bytes: Vec<u8>) -> Result<Self, String> {
        let text = String::from_utf8(bytes).map_err(|error| {
            format!("it is not UTF-8, where byte {} begins no character", error.utf8_error().valid_up_to())
        })?;
        let count = text.chars().count();
        let training = count * 9 / 10;
        is_enough(count, training)?;
        let vocabulary: Vec<char> = text.chars().collect::<BTreeSet<_>>().into_iter().collect();
        if vocabulary.len() > MOST_CHARACTERS {
            return Err(format!(
                "{} different characters, where {MOST_CHARACTERS} are allowed",
                vocabulary.len()
            ));
        }
        let training_bytes = text.chars().take(training).map(char::len_utf8).sum();
        let tokens = text.chars().map(|character| token(&vocabulary, character)).collect();
        Ok(Self { text, training_bytes, vocabulary, tokens, training })
    }
}

/// Whether both parts have a character and one after it.
fn is_enough(count: usize, training: usize) -> Result<(), String> {
    match count {
        0 => Err("it is empty".to_owned()),
        _ if training < 2 || count - training < 2 => {
            let [one, rest] = [training, count - training];
            Err(format!(
                "{count} characters, too few to train on {one} and hold out {rest}: each part needs 2"
            ))
        }
        _ => Ok(()),
    }
}

fn token(vocabulary: &[char], character: char) -> u8 {
    let place = vocabulary.binary_search(&character).expect("the vocabulary is that of the text");
    u8::try_from(place).expect("a vocabulary has at most 256 characters")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(bytes: &[u8]) -> Result<Text, Problem> {
        Text::new(None, Provenance::Published, bytes.to_vec())
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<&str>) {
        let found = text(bytes).err().map(|problem| problem.to_string());
        assert_eq!(found, expected.map(|expected| format!("its content is wrong: {expected}")));
    }

    fn characters(count: u32) -> String {
        (0..count).map(|at| char::from_u32(0x4e00 + at).unwrap()).collect()
    }

    #[test]
    fn what_cannot_be_learnt_is_no_text() {
        check(b"hello world", None);
        check(&[b'a'; 11], None);
        check(b"", Some("it is empty"));
        let few = "10 characters, too few to train on 9 and hold out 1: each part needs 2";
        check(&[b'a'; 10], Some(few));
        check("äöüäöüäöüä".as_bytes(), Some(few));
        check(b"a", Some("1 characters, too few to train on 0 and hold out 1: each part needs 2"));
        check(b"hello \xff world", Some("it is not UTF-8, where byte 6 begins no character"));
        check(characters(256).as_bytes(), None);
        check(characters(257).as_bytes(), Some("257 different characters, where 256 are allowed"));
    }

    #[test]
    fn tokens_are_in_the_order_of_code_points() {
        let found = text("bänana BÄNANA bänana".as_bytes()).unwrap();
        assert_eq!(found.vocabulary(), [' ', 'A', 'B', 'N', 'a', 'b', 'n', 'Ä', 'ä']);
        assert_eq!(found.encode("Bän").unwrap(), [2, 8, 6]);
        assert_eq!(found.decode(&[2, 8, 6, 9, u32::MAX]), "Bän\u{fffd}\u{fffd}");
        let error = found.encode("Bäx").unwrap_err().to_string();
        assert_eq!(error, "character 2, 'x', is none of the text's");
    }

    #[test]
    fn the_last_tenth_is_held_out() {
        let found = text("äbcdefghijklmnopqrstüvw".as_bytes()).unwrap();
        assert_eq!(found.part(Split::Train), "äbcdefghijklmnopqrst");
        assert_eq!(found.part(Split::Test), "üvw");
        assert_eq!((found.tokens(Split::Train).len(), found.tokens(Split::Test)), (20, &[22, 19, 20][..]));
        assert_eq!((found.len(), found.name(), found.is_empty()), (23, "own-text", false));
        assert_eq!([0, 1, 2, 3, 4].map(|length| found.windows(Split::Test, length)), [3, 2, 1, 0, 0]);
    }

    #[test]
    fn targets_are_the_inputs_shifted_by_one() {
        let found = text(b"abcdefghijklmnopqrstuvwxyz").unwrap();
        let (inputs, targets) = found.batch(Split::Train, &[19, 0, 0], 3);
        assert_eq!(inputs.shape().extents(), [3, 3]);
        assert_eq!(inputs.data(), [19.0, 20.0, 21.0, 0.0, 1.0, 2.0, 0.0, 1.0, 2.0]);
        assert_eq!(targets, [20, 21, 22, 1, 2, 3, 1, 2, 3]);
        let (inputs, targets) = found.batch(Split::Test, &[0], 2);
        assert_eq!((inputs.data(), &targets[..]), (&[23.0, 24.0][..], &[24, 25][..]));
        let (inputs, targets) = found.batch(Split::Test, &[], 2);
        assert_eq!((inputs.shape().extents(), targets.len()), (&[0, 2][..], 0));
    }

    #[test]
    #[should_panic = "there is no window Some(20) among 20"]
    fn a_window_is_of_one_part() {
        text(b"abcdefghijklmnopqrstuvwxyz").unwrap().batch(Split::Train, &[0, 20], 3);
    }

    #[test]
    fn words_are_those_that_are_trained_on() {
        let found = text(b"One and one isn't three; TWO it is, two 'tis. 5 Never").unwrap();
        assert_eq!(Vec::from_iter(found.words()), ["and", "is", "isn't", "it", "one", "three", "tis", "two"]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = text(&bytes);
        }

        #[test]
        fn what_was_encoded_is_decoded(written in "\\PC{11,60}") {
            let found = text(written.as_bytes()).unwrap();
            prop_assert_eq!(&found.decode(&found.encode(&written).unwrap()), &written);
            let parts = [Split::Train, Split::Test];
            prop_assert_eq!(parts.map(|split| found.part(split)).concat(), written);
            for split in parts {
                let tokens: Vec<_> = found.tokens(split).iter().map(|&token| u32::from(token)).collect();
                prop_assert_eq!(found.decode(&tokens), found.part(split));
            }
        }
    }
}
