//! Known bugs, each as the answer that it gives: where an answer is that one, the student is told its name.

mod activations;
mod anything;
mod attention;
mod conv2d;
mod dense;
mod embeddings;
mod flatten;
mod gelu;
mod images;
mod layer_norm;
mod losses;
pub(crate) mod mechanism;
mod optimizers;
mod pool2d;
mod softmax;
mod training;
mod transformer_block;
mod window;

use tito_kernels::{Judged, Wide};
use tito_tensor::Tensor;

use crate::{
    Case, Exercise, LossCase, Question, Steps,
    question::{Given, Part},
};

/// A known bug: its name, what to tell the student, and the answers that it gives to a kind of question.
pub struct Misconception<Q: Question = Case> {
    /// For example `weight-transposed`.
    pub name: &'static str,
    /// One or two sentences: what was probably done, and what to do instead.
    pub advice: &'static str,
    /// The answers that the bug gives to a question, one for each of its forms; `None` where the bug does not touch
    /// the question.
    answers: &'static [Answer<Q>],
}

/// What a bug answers to a question.
type Answer<Q> = fn(&Q) -> Option<<Q as Question>::Given>;

/// A known bug as a student is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// For example `weight-transposed`.
    pub name: &'static str,
    /// One or two sentences.
    pub advice: &'static str,
}

/// All of those in what layers answer, the more particular first.
pub const MISCONCEPTIONS: [&[Misconception]; 13] = [
    dense::MISCONCEPTIONS,
    activations::MISCONCEPTIONS,
    softmax::MISCONCEPTIONS,
    flatten::MISCONCEPTIONS,
    conv2d::MISCONCEPTIONS,
    pool2d::MISCONCEPTIONS,
    window::MISCONCEPTIONS,
    embeddings::MISCONCEPTIONS,
    layer_norm::MISCONCEPTIONS,
    gelu::MISCONCEPTIONS,
    attention::MISCONCEPTIONS,
    transformer_block::MISCONCEPTIONS,
    anything::MISCONCEPTIONS,
];

/// All of those in what a layer gives in training, the more particular first.
pub const IN_TRAINING: [&[Misconception<Exercise>]; 7] = [
    training::dense::MISCONCEPTIONS,
    training::activations::MISCONCEPTIONS,
    training::conv2d::MISCONCEPTIONS,
    training::pool2d::MISCONCEPTIONS,
    training::batch_norm2d::MISCONCEPTIONS,
    training::language::MISCONCEPTIONS,
    training::anything::MISCONCEPTIONS,
];

/// All of those in losses.
pub const IN_LOSSES: [&[Misconception<LossCase>]; 1] = [losses::MISCONCEPTIONS];

/// All of those in optimizers.
pub const IN_OPTIMIZERS: [&[Misconception<Steps>]; 1] = [optimizers::MISCONCEPTIONS];

impl<Q: Question> Misconception<Q> {
    /// Half precision is coarse: an answer that is off by less has another cause.
    fn is_plausible(&self, parts: &[Part<'_>], tensors: &[Tensor]) -> bool {
        let is_coarse = |(part, tensor): (&Part<'_>, &Tensor)| anything::is_coarse(part.expected, tensor);
        self.name != anything::HALF_PRECISION || parts.iter().zip(tensors).any(is_coarse)
    }

    /// Whether this bug would give this answer to a question. A question that it does not touch says nothing about it: else
    /// whoever is nearly right would be told of every such bug; and so it is with a part that is right.
    pub fn explains(&self, question: &Q, answer: &Q::Answer) -> bool {
        let (parts, tensors) = (question.parts(), Q::tensors(answer));
        let given = self.answers.iter().filter_map(|give| give(question));
        given.map(Q::Given::into).any(|given| self.is_given(&given, &parts, tensors))
    }

    fn is_given(&self, Given(given): &Given, parts: &[Part<'_>], tensors: &[Tensor]) -> bool {
        let touches = |part: &Part<'_>, given: &Judged| {
            self.name == anything::HALF_PRECISION || given.value != part.expected.value
        };
        let touched = given.iter().zip(parts).zip(tensors).filter_map(|((given, part), tensor)| {
            given.as_ref().filter(|given| touches(part, given)).map(|given| (given, part.expected, tensor))
        });
        let touched: Vec<_> = touched.collect();
        touched.iter().all(|(given, _, tensor)| is_alike(given, tensor))
            && touched.iter().any(|(_, right, tensor)| !is_alike(right, tensor))
    }
}

/// Every known bug that would give this answer to a question; of what layers answer, only questions of one layer are looked
/// at, and the bugs that can be in anything.
pub(crate) fn explanations<Q: Question>(question: &Q, answer: &Q::Answer) -> Vec<Known> {
    let (parts, tensors) = (question.parts(), Q::tensors(answer));
    Q::misconceptions()
        .filter(|known| known.explains(question, answer) && known.is_plausible(&parts, tensors))
        .map(|known| Known { name: known.name, advice: known.advice })
        .collect()
}

/// The answer of a formula that is right where nothing overflows; `None` where nothing does, since any answer that is
/// nearly right would else be taken for it.
fn overflowing(given: Option<Judged>) -> Option<Judged> {
    given.filter(|judged| judged.value.data().iter().any(|x| x.is_nan()))
}

/// Equal within the bound, where a NaN that the bug gives is matched by a NaN.
fn is_alike(given: &Judged, answer: &Tensor) -> bool {
    let value = &given.value;
    answer.shape() == value.shape()
        && answer
            .data()
            .iter()
            .zip(value.data())
            .enumerate()
            .all(|(i, (got, wanted))| if wanted.is_nan() { got.is_nan() } else { given.accepts(i, *got) })
}

/// A value with the bound of a short formula, for bugs that have no oracle of their own.
fn roughly(value: Wide) -> Judged {
    let gauge = value.data().iter().map(|x| x.abs() + 1.0).collect();
    Judged { value, gauge, terms: 4 }
}

/// A value with the bound of the right answer, where a bug has no oracle of its own.
fn nearly(case: &Case, value: Wide) -> Judged {
    let largest = case.expected.gauge.iter().fold(0.0f64, |most, gauge| most.max(*gauge));
    let gauge = value.data().iter().map(|x| x.abs() + largest).collect();
    Judged { value, gauge, terms: case.expected.terms.max(4) }
}

/// The input of a case with every element replaced by its image.
fn mapped(case: &Case, image: impl Fn(f64) -> f64) -> Option<Judged> {
    let data = case.input.data().iter().map(|&x| image(f64::from(x))).collect();
    Some(roughly(Wide::new(case.input.shape().clone(), data).ok()?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tito_sandbox::{Conv2dSpec, Layer};

    use super::*;
    use crate::{Draw, Kind, parameter_shapes};

    /// Channels [1, 4]: an image of one channel is the same with its channels last.
    #[test]
    fn a_bug_that_does_not_touch_a_case_explains_nothing() {
        let (kernel, stride, padding) = ((2, 2), (1, 1), (0, 0));
        let spec = Conv2dSpec { in_channels: 1, out_channels: 4, kernel, stride, padding, bias: true };
        let mut draw = Draw::new([8; 32]);
        let layer = Layer::Conv2d(spec);
        let parameters = parameter_shapes(&layer).into_iter().map(|shape| draw.integers(shape, 8)).collect();
        let case = Case::of_layer(layer, parameters, draw.integers([2, 1, 5, 4], 8), Kind::Integers);
        let nearly = case.expected.value.data().iter().map(|&x| x as f32 * (1.0 + f32::EPSILON)).collect();
        let nearly = Tensor::new(case.expected.value.shape().clone(), nearly).unwrap();
        let told: Vec<_> = explanations(&case, &nearly).iter().map(|known| known.name).collect();
        assert_eq!(told, Vec::<&str>::new());
    }

    #[track_caller]
    fn check<Q: Question>(tables: &[&'static [Misconception<Q>]]) {
        let all: Vec<_> = tables.iter().flat_map(|table| table.iter()).collect();
        let names: BTreeSet<_> = all.iter().map(|known| known.name).collect();
        assert_eq!(names.len(), all.len());
        for known in all {
            assert!(known.advice.ends_with(['.', '?']) && !known.answers.is_empty(), "{}", known.name);
        }
    }

    #[test]
    fn names_are_unique_and_advice_is_a_sentence() {
        check(&MISCONCEPTIONS);
        check(&IN_TRAINING);
        check(&IN_LOSSES);
        check(&IN_OPTIMIZERS);
    }
}
