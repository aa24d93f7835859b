//! What goes wrong in a layer's training: gradients above all, and what batch normalisation learns from.

pub(super) mod activations;
pub(super) mod anything;
pub(super) mod batch_norm2d;
pub(super) mod conv2d;
pub(super) mod dense;
pub(super) mod language;
pub(super) mod pool2d;

use tito_kernels::{Judged, Wide};
use tito_sandbox::Layer;
use tito_tensor::Tensor;

use super::Misconception;
use crate::{Exercise, Given, Task, case::wide, gradient_oracle};

type Bug = Misconception<Exercise>;

/// An exercise of gradients, taken apart.
struct Parts {
    layer: Layer,
    parameters: Vec<Wide>,
    input: Wide,
    /// With respect to the output.
    gradient: Wide,
}

impl Parts {
    /// Those of an exercise, if it is of gradients.
    fn of(exercise: &Exercise) -> Option<Self> {
        let Task::Backward(gradient) = &exercise.task else { return None };
        Some(Self {
            layer: exercise.layer,
            parameters: wide(&exercise.parameters),
            input: Wide::from(&exercise.input),
            gradient: Wide::from(gradient),
        })
    }

    /// The gradients with these parts, which must fit.
    fn answer(&self) -> Vec<Judged> {
        let given = gradient_oracle(&self.layer, &self.parameters, &self.input, &self.gradient);
        [given.input].into_iter().chain(given.parameters).collect()
    }

    /// What is averaged over, as a number.
    fn rows(&self) -> f64 {
        let inputs = self.input.shape().last().unwrap_or(1).max(1);
        match self.layer {
            Layer::Dense(_) => (self.input.data().len() / inputs) as f64,
            _ => self.input.shape().extents().first().map_or(1.0, |&images| f64::from(images)),
        }
    }
}

/// The gradient of one tensor of the answer, whether it is exact or not: its own numbers and the bound of a short formula
/// over what the right answer is made of.
fn approximate(exercise: &Exercise, part: usize, value: Wide) -> Judged {
    let right = &exercise.expected[part];
    let largest = right.gauge.iter().fold(0.0f64, |most, gauge| most.max(*gauge));
    let gauge = value.data().iter().map(|x| x.abs() + largest).collect();
    Judged { value, gauge, terms: right.terms.max(4) }
}

/// The right gradients of some tensors times a factor.
fn scaled(exercise: &Exercise, parts: &[usize], factor: f64) -> Option<Given> {
    let scaled = |part: usize, right: &Judged| {
        let data = right.value.data().iter().map(|x| x * factor).collect();
        let value = Wide::new(right.value.shape().clone(), data).ok()?;
        Some(approximate(exercise, part, value))
    };
    let all = exercise.expected.iter().enumerate();
    let given = all.map(|(part, right)| if parts.contains(&part) { scaled(part, right) } else { None });
    Some(Given(given.collect()))
}

/// Some of the gradients that other operands give.
fn only(mut answers: Vec<Judged>, parts: &[usize]) -> Given {
    let kept = answers.drain(..).enumerate();
    Given(kept.map(|(part, judged)| parts.contains(&part).then_some(judged)).collect())
}

/// What is passed through element by element, by the input's and the output gradient's elements.
fn mapped(exercise: &Exercise, image: impl Fn(f64, f64) -> f64) -> Option<Given> {
    let Task::Backward(gradient) = &exercise.task else { return None };
    let pairs = exercise.input.data().iter().zip(gradient.data());
    let data = pairs.map(|(&x, &dy)| image(f64::from(x), f64::from(dy))).collect();
    let value = Wide::new(exercise.input.shape().clone(), data).ok()?;
    Some(roughly(value).into())
}

fn roughly(value: Wide) -> Judged {
    super::roughly(value)
}

/// The output gradient, if the exercise has one.
fn gradient(exercise: &Exercise) -> Option<&Tensor> {
    match &exercise.task {
        Task::Backward(gradient) => Some(gradient),
        Task::Train | Task::Infer(..) => None,
    }
}
