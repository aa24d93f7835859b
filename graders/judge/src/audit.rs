//! Questions that a cheat would pass are not asked.
//!
//! KernelBench's tolerances once let all-zeros pass 4 of 60 tasks (its issue #165). Every question here is first put
//! to a bank of wrong answers; one of which any part accepts any of them is drawn again.

use tito_kernels::{Judged, Wide};
use tito_tensor::Tensor;

use crate::{
    Kind, Question,
    question::{Cheat, narrow},
};

/// How often a question is drawn again before the generator is held to be broken.
const ATTEMPTS: usize = 1_000;

/// The first question that `make` draws which rejects every [cheat](Question::wrong).
///
/// # Panics
///
/// If a thousand questions in a row accept a cheat: then `make` cannot make one that means anything.
pub fn audited<Q: Question>(mut make: impl FnMut() -> Q) -> Q {
    for _ in 0..ATTEMPTS {
        let question = make();
        if accepted_cheat(&question).is_none() {
            return question;
        }
    }
    let question = make();
    panic!("every question of '{}' accepts the cheat {:?}", question.asked(), accepted_cheat(&question))
}

fn accepted_cheat<Q: Question>(question: &Q) -> Option<&'static str> {
    let parts = question.parts();
    let is_accepted = |cheat: &Cheat| accepts(parts[cheat.part].expected, &cheat.answer);
    question.wrong().into_iter().find(is_accepted).map(|cheat| cheat.name)
}

/// Wrong answers to anything, by name: what needs no work, what was computed in half precision. A cheat that would be the
/// right answer by its nature (the mean of a single element, half precision of an exact answer) is left out.
pub(crate) fn general(expected: &Judged, kind: Kind) -> Vec<(&'static str, Tensor)> {
    let value = &expected.value;
    let constant = |x: f64| narrow(&value_like(value, value.data().iter().map(|_| x).collect()));
    let mean = value.data().iter().sum::<f64>() / value.data().len().max(1) as f64;
    let mut cheats = vec![("zeros", constant(0.0))];
    if value.data().len() > 1 {
        cheats.push(("the mean", constant(mean)));
    }
    if is_rounded(expected, kind) {
        cheats.push(("half precision", half_precision(value)));
    }
    cheats
}

/// Whether an answer is rounded at all.
pub(crate) fn is_rounded(expected: &Judged, kind: Kind) -> bool {
    expected.terms > 0 && kind != Kind::Integers
}

/// Whether every element of an answer of the right shape is right.
fn accepts(expected: &Judged, answer: &Tensor) -> bool {
    answer.shape() == expected.value.shape()
        && answer.data().iter().enumerate().all(|(index, &got)| expected.accepts(index, got))
}

fn value_like(value: &Wide, data: Vec<f64>) -> Wide {
    Wide::new(value.shape().clone(), data).expect("one element for each of the value's")
}

/// The value rounded to the 11 significant bits of half precision; its range is not imitated.
fn half_precision(value: &Wide) -> Tensor {
    let round = |x: f64| {
        let spacing = libm::exp2(libm::floor(libm::log2(x.abs())) - 10.0);
        if x == 0.0 || !x.is_finite() { x } else { libm::rint(x / spacing) * spacing }
    };
    narrow(&value_like(value, value.data().iter().map(|&x| round(x)).collect()))
}

#[cfg(test)]
mod tests {
    use tito_sandbox::Layer;

    use super::*;
    use crate::{Case, Draw};

    fn relu(data: Vec<f32>) -> Case {
        let input = Tensor::new([2, 2], data).unwrap();
        Case::of_layer(Layer::Relu, vec![], input, Kind::Random)
    }

    #[test]
    fn a_case_that_zeros_or_its_input_would_pass_is_drawn_again() {
        assert_eq!(accepted_cheat(&relu(vec![-1.0, -2.0, -3.0, -4.0])), Some("zeros"));
        assert_eq!(accepted_cheat(&relu(vec![1.0, 2.0, 3.0, 4.0])), Some("the input"));
        assert_eq!(accepted_cheat(&relu(vec![-1.0, 2.0, 3.0, 4.0])), None);
        let mut tries = [vec![-1.0; 4], vec![1.0; 4], vec![-1.0, 2.0, 3.0, 4.0]].into_iter();
        let case = audited(|| relu(tries.next().unwrap()));
        assert_eq!(case.input.data(), [-1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn an_answer_left_over_from_a_rehearsal_is_a_cheat() {
        let mut case = relu(vec![-1.0, 2.0, 3.0, 4.0]);
        case.rehearsals = vec![Tensor::new([2, 2], vec![-9.0, 2.0, 3.0, 4.0]).unwrap()];
        assert_eq!(accepted_cheat(&case), Some("an earlier answer"));
    }

    #[test]
    fn half_precision_is_rejected_by_the_bound() {
        let mut draw = Draw::new([3; 32]);
        let case = audited(|| Case::of_layer(Layer::Tanh, vec![], draw.normals([3, 5], 1.0), Kind::Random));
        let half = case.wrong().into_iter().find(|cheat| cheat.name == "half precision").unwrap();
        assert!(!accepts(&case.expected, &half.answer));
        assert!(accepts(&case.expected, &narrow(&case.expected.value)));
    }
}
