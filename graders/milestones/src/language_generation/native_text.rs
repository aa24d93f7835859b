//! What the native trainer comes to with a text, and what is known of it without a model.

use std::f64::consts::LN_2;

use tito_data::{Split, Text};
use tito_judge::{Draw, Seed};
use tito_trainer::TrainError;

use super::{literate::Desk, sampled::native_pen, written::share_of_words};
use crate::{
    Reading,
    reading::{HELD_OUT, Windows},
};

/// What the native trainer comes to with a text, as the mean of some runs with the deviation from run to run.
/// `examples/train_texts.rs` makes the figures again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NativeText {
    /// Bits per character of the part that is held out.
    pub bits: f64,
    /// Their deviation.
    pub bits_deviation: f64,
    /// The share of real words in what it writes.
    pub words: f64,
    /// Its deviation.
    pub words_deviation: f64,
}

/// How many deviations an honest run may stay behind: fewer than one in ten thousand stays further.
const DEVIATIONS: f64 = 4.0;

/// How many deviations, and which part of the bits, nobody gets ahead who has learnt by this recipe from what was lent.
///
/// The numbers of characters are drawn, but whoever has the text in the component finds out which is which by where the
/// same ones come again, and puts the weights of a model in place that was trained on all of it for hours: that left 1.09 bits
/// of `TinyTalk`, twelve deviations ahead, where honest components have 1.67 to 1.72. What stays open: weights that were
/// made no better than honest ones are not seen by this.
const AHEAD_DEVIATIONS: f64 = 8.0;
const AHEAD_PART: f64 = 0.15;

impl NativeText {
    /// What is known of this text, if anything is: of a course's own there is nothing.
    pub fn of(text: &Text) -> Option<Self> {
        match text.name() {
            "tinytalk" => {
                Some(Self { bits: 1.71, bits_deviation: 0.052, words: 0.553, words_deviation: 0.035 })
            }
            "tinyshakespeare" => {
                Some(Self { bits: 2.739, bits_deviation: 0.043, words: 0.652, words_deviation: 0.036 })
            }
            _ => None,
        }
    }

    /// The figures of one run with a text of which nothing is known, with deviations that are those of `TinyShakespeare`. The
    /// native trainer's last digits are those of a kind of machine, so that they are rounded.
    pub(super) fn measured(text: &Text) -> Result<Self, TrainError> {
        let [bits, words] = Self::run(text, 0)?;
        let round = |figure: f64| (100.0 * figure).round() / 100.0;
        Ok(Self { bits: round(bits), bits_deviation: 0.043, words: round(words), words_deviation: 0.036 })
    }

    /// The bits per character and the share of real words of one run.
    ///
    /// # Errors
    ///
    /// If the text cannot be learnt.
    pub fn run(text: &Text, number: usize) -> Result<[f64; 2], TrainError> {
        let mut draw = Seed::public().draw(&format!("native-text/{number}"));
        let reading = Reading::of(text);
        let read = reading.draw(text, &mut draw)?;
        let model = read.train()?;
        let held_out = Windows::held_out(text, reading.length, &read.cipher, HELD_OUT);
        let loss = tito_trainer::evaluate(&model, &held_out)?.loss;
        let desk = Desk { text, cipher: &read.cipher, length: reading.length };
        let written = desk.write(&mut draw, &mut native_pen(&model)).expect("nothing of the host can fail");
        let written = written.answer().expect("a native model writes");
        Ok([f64::from(loss) / LN_2, share_of_words(text, written.iter().map(|one| one.text.as_str()))])
    }

    /// The bits per character of full marks.
    pub(super) fn full_bits(&self) -> f64 {
        self.bits + DEVIATIONS * self.bits_deviation
    }

    /// Fewer bits per character than these are none that were learnt from what was lent.
    pub(super) fn fewest_bits(&self) -> f64 {
        self.bits - (AHEAD_DEVIATIONS * self.bits_deviation).max(AHEAD_PART * self.bits)
    }

    /// The share of real words of full marks.
    pub(super) fn full_words(&self) -> f64 {
        self.words - DEVIATIONS * self.words_deviation
    }
}

/// How much of the way from `none` to `full` was gone; all of it where there is no way.
pub(super) fn progress(reached: f64, none: f64, full: f64) -> f64 {
    if full > none {
        return (reached - none) / (full - none);
    }
    if reached >= full { 1.0 } else { 0.0 }
}

/// The bits per character of the held-out part for whoever knows how frequent each character of the training part is, and
/// nothing else. Every character counts once more than it stands there, so that none is impossible.
pub(super) fn frequencies_bits(text: &Text) -> f64 {
    let counts = counts(text);
    let all: f64 = counts.iter().sum();
    let held_out = text.tokens(Split::Test);
    let bits = held_out.iter().map(|&token| -libm::log2(counts[usize::from(token)] / all));
    bits.sum::<f64>() / held_out.len() as f64
}

/// A text of so many characters, each drawn by how frequent it is, whatever stands before it.
pub(super) fn babble(text: &Text, length: usize, draw: &mut Draw) -> String {
    let training = text.tokens(Split::Train);
    let tokens: Vec<u32> =
        (0..length).map(|_| u32::from(training[draw.below(training.len() as u64) as usize])).collect();
    text.decode(&tokens)
}

fn counts(text: &Text) -> Vec<f64> {
    let mut counts = vec![1.0; text.vocabulary().len()];
    text.tokens(Split::Train).iter().for_each(|&token| counts[usize::from(token)] += 1.0);
    counts
}

#[cfg(test)]
mod tests {
    use tito_data::{Store, TINYTALK};

    use super::*;

    #[test]
    fn what_is_known_without_learning_is_little() {
        let text = Store::at("nowhere").text(&TINYTALK).unwrap();
        let native = NativeText::of(&text).unwrap();
        let none = frequencies_bits(&text);
        assert!(none > native.full_bits() + 2.0 && none < (text.vocabulary().len() as f64).log2(), "{none}");
        let babbled = babble(&text, 5_000, &mut Draw::new([3; 32]));
        assert_eq!(babbled.chars().count(), 5_000);
        assert!(share_of_words(&text, [babbled.as_str()].into_iter()) < 0.1);
        assert!(share_of_words(&text, [text.part(Split::Test)].into_iter()) == 1.0);
    }

    /// The deciphered text had 1.09 bits, the best honest component 1.67.
    #[test]
    fn nobody_honest_is_far_ahead() {
        #[track_caller]
        fn check(bits: f64, bits_deviation: f64, between: [f64; 2]) {
            let native = NativeText { bits, bits_deviation, words: 0.5, words_deviation: 0.03 };
            let fewest = native.fewest_bits();
            assert!(between[0] < fewest && fewest < between[1], "{fewest}");
        }
        check(1.71, 0.052, [1.1, 1.5]);
        check(2.739, 0.043, [2.2, 2.5]);
        check(4.0, 0.043, [3.3, 3.5]);
    }

    #[test]
    fn progress_is_linear_and_there_may_be_none() {
        #[track_caller]
        fn check(reached: f64, [none, full]: [f64; 2], expected: f64) {
            assert!((progress(reached, none, full) - expected).abs() < 1e-12);
        }
        check(0.3, [0.1, 0.5], 0.5);
        check(0.1, [0.1, 0.5], 0.0);
        check(-2.0, [-4.0, -3.0], 2.0);
        check(0.0, [0.0, -0.2], 1.0);
        check(0.1, [0.3, 0.2], 0.0);
        check(f64::NAN, [0.3, 0.2], 0.0);
    }
}
