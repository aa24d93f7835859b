//! Cases that a cheat would pass are not asked.
//!
//! KernelBench's tolerances once let all-zeros pass 4 of 60 tasks (its issue #165). Every case here is first put
//! to a bank of wrong answers; one that accepts any of them is drawn again.

use tito_kernels::{Judged, Wide};
use tito_tensor::{Shape, Tensor};

use crate::{Case, Kind, window};

/// How often a case is drawn again before the generator is held to be broken.
const ATTEMPTS: usize = 1_000;

/// The first case that `make` draws which rejects every [cheat](cheats).
///
/// # Panics
///
/// If a thousand cases in a row accept a cheat: then `make` cannot make a case that means anything.
pub fn audited(mut make: impl FnMut() -> Case) -> Case {
    for _ in 0..ATTEMPTS {
        let case = make();
        if accepted_cheat(&case).is_none() {
            return case;
        }
    }
    let case = make();
    panic!("every case of '{}' accepts the cheat {:?}", case.asked(), accepted_cheat(&case))
}

fn accepted_cheat(case: &Case) -> Option<&'static str> {
    cheats(case).into_iter().find(|(_, answer)| accepts(case, answer)).map(|(name, _)| name)
}

/// Wrong answers to a case, by name: what needs no work, what is left over from another call, what was computed
/// in half precision or without the last input. A cheat that would be the right answer by its nature (the mean
/// of a single element, half precision of an exact answer) is left out.
pub fn cheats(case: &Case) -> Vec<(&'static str, Tensor)> {
    let value = &case.expected.value;
    let constant = |x: f64| narrow(&value_like(value, value.data().iter().map(|_| x).collect()));
    let mean = value.data().iter().sum::<f64>() / value.data().len().max(1) as f64;
    let mut cheats = vec![("zeros", constant(0.0)), ("the input", case.input.clone())];
    if value.data().len() > 1 {
        cheats.push(("the mean", constant(mean)));
    }
    let is_rounded = case.expected.terms > 0 && case.kind != Kind::Integers;
    if is_rounded {
        cheats.push(("half precision", half_precision(value)));
    }
    if is_rounded && reads_last(case) {
        cheats.push(("the last input dropped", narrow(&case.answer_to(&without_last(&case.input)))));
    }
    cheats.extend(case.rehearsals.iter().map(|input| ("an earlier answer", narrow(&case.answer_to(input)))));
    cheats
}

/// Whether the layer looks at the last element of every row. A window whose stride does not divide what is left beside it
/// does not.
fn reads_last(case: &Case) -> bool {
    let [layer] = case.layers.as_slice() else { return true };
    let Some(window) = window(layer) else { return true };
    let &[_, _, height, width] = case.input.shape().extents() else { return true };
    let Some([_, places]) = window.places([height, width]) else { return true };
    (places - 1) * window.stride[1] + window.kernel[1] >= window.padding[1] + width
}

/// Whether every element of an answer of the right shape is right.
fn accepts(case: &Case, answer: &Tensor) -> bool {
    let Judged { value, .. } = &case.expected;
    answer.shape() == value.shape()
        && answer.data().iter().enumerate().all(|(index, &got)| case.expected.accepts(index, got))
}

fn value_like(value: &Wide, data: Vec<f64>) -> Wide {
    Wide::new(value.shape().clone(), data).expect("one element for each of the value's")
}

fn narrow(value: &Wide) -> Tensor {
    let data = value.data().iter().map(|&x| x as f32).collect();
    Tensor::new(value.shape().clone(), data).expect("the shape is that of the value")
}

/// The value rounded to the 11 significant bits of half precision; its range is not imitated.
fn half_precision(value: &Wide) -> Tensor {
    let round = |x: f64| {
        let spacing = libm::exp2(libm::floor(libm::log2(x.abs())) - 10.0);
        if x == 0.0 || !x.is_finite() { x } else { libm::rint(x / spacing) * spacing }
    };
    narrow(&value_like(value, value.data().iter().map(|&x| round(x)).collect()))
}

/// The input with the last element of every row zero, as a loop sees it that ends too early.
fn without_last(input: &Tensor) -> Tensor {
    let width = input.shape().last().unwrap_or(1).max(1);
    let shape: Shape = input.shape().clone();
    Tensor::from_fn(shape, |i| if i % width == width - 1 { 0.0 } else { input.data()[i] })
}

#[cfg(test)]
mod tests {
    use tito_sandbox::Layer;

    use super::*;
    use crate::Draw;

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
        let (_, half) = cheats(&case).into_iter().find(|(name, _)| *name == "half precision").unwrap();
        assert!(!accepts(&case, &half));
        assert!(accepts(&case, &narrow(&case.expected.value)));
    }
}
