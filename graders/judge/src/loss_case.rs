//! One question about a loss: its value and its gradient.

use std::iter;

use tito_kernels::{Judged, Wide, cross_entropy, mean_squared_error};
use tito_sandbox::{Called, Guest, Loss};
use tito_tensor::{Shape, Tensor};

use crate::{
    Given, Kind, Misconception, Question, misconception,
    question::{Cheat, Part, narrow},
    reference::fitting,
};

/// One question about a loss.
#[derive(Clone, Debug)]
pub struct LossCase {
    /// Logits or predictions.
    pub predictions: Tensor,
    /// What they should be.
    pub targets: Targets,
    /// The value, then the gradient.
    pub expected: [Judged; 2],
    /// What the numbers are.
    pub kind: Kind,
}

/// What predictions should be, by which the loss is known.
#[derive(Clone, Debug)]
pub enum Targets {
    /// One class for each row of logits: cross-entropy.
    Classes(Vec<u32>),
    /// A number for each prediction: mean squared error.
    Values(Tensor),
}

impl LossCase {
    /// A case, held to the loss's own bounds.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit: cases are made by the host.
    pub fn new(predictions: Tensor, targets: Targets, kind: Kind) -> Self {
        let expected = oracle(&Wide::from(&predictions), &targets);
        Self { predictions, targets, expected, kind }
    }

    /// Asks a guest that is launched for it.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub fn ask(&self, guest: &mut dyn Guest) -> Called<Vec<Tensor>> {
        let loss = match &self.targets {
            Targets::Classes(classes) => guest.cross_entropy(&self.predictions, classes)?,
            Targets::Values(values) => guest.mean_squared_error(&self.predictions, values)?,
        };
        Ok(loss.map(|Loss { value, gradient }| vec![scalar(value), gradient]))
    }

    /// What is averaged over: rows of logits, or elements.
    pub(crate) fn count(&self) -> usize {
        match &self.targets {
            Targets::Classes(classes) => classes.len(),
            Targets::Values(values) => values.data().len(),
        }
    }

    /// The value without what the last row or element adds, and the gradient without its last row.
    fn without_last(&self) -> Vec<Cheat> {
        let (count, elements) = (self.count(), self.predictions.data().len());
        let kept = elements - elements / count.max(1);
        let part = |tensor: &Tensor, shape: Shape| {
            Tensor::new(shape, tensor.data()[..kept].to_vec()).expect("the shape is that of what is kept")
        };
        let rest = match &self.targets {
            Targets::Classes(classes) => {
                let shape = Shape::from([count as u32 - 1, (elements / count) as u32]);
                let classes = classes[..count - 1].to_vec();
                (part(&self.predictions, shape), Targets::Classes(classes))
            }
            Targets::Values(values) => {
                let shape = Shape::from([kept as u32]);
                (part(&self.predictions, shape.clone()), Targets::Values(part(values, shape)))
            }
        };
        let [value, _] = oracle(&Wide::from(&rest.0), &rest.1);
        let value = value.value.data()[0];
        let share = value * (count as f64 - 1.0) / count as f64;
        let gradient = narrow(&self.expected[1].value);
        let gradient =
            Tensor::from_fn(gradient.shape().clone(), |at| if at < kept { gradient.data()[at] } else { 0.0 });
        let name = "the last row dropped";
        [(0, scalar(value as f32)), (0, scalar(share as f32)), (1, gradient)]
            .map(|(part, answer)| Cheat { name, part, answer })
            .into()
    }
}

impl Question for LossCase {
    type Answer = Vec<Tensor>;
    type Given = Given;

    fn asked(&self) -> String {
        let (shape, kind) = (self.predictions.shape(), self.kind.words());
        match self.targets {
            Targets::Classes(_) => format!("cross-entropy of logits {shape}{kind}"),
            Targets::Values(_) => format!("mean squared error of predictions {shape}{kind}"),
        }
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let names = ["the loss", "the gradient"].map(str::to_owned);
        iter::zip(names, &self.expected).map(|(name, expected)| Part { name, expected }).collect()
    }

    fn tensors(answer: &Vec<Tensor>) -> &[Tensor] {
        answer
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn own_cheats(&self) -> Vec<Cheat> {
        let constants = [0.5, 1.0].map(|value| Cheat { name: "a constant", part: 0, answer: scalar(value) });
        let predictions = Cheat { name: "the predictions", part: 1, answer: self.predictions.clone() };
        let targets = match &self.targets {
            Targets::Values(values) => Some(Cheat { name: "the targets", part: 1, answer: values.clone() }),
            Targets::Classes(_) => None,
        };
        let dropped = if self.count() > 1 { self.without_last() } else { Vec::new() };
        constants.into_iter().chain([predictions]).chain(targets).chain(dropped).collect()
    }

    fn misconceptions() -> impl Iterator<Item = &'static Misconception<Self>> {
        misconception::IN_LOSSES.iter().flat_map(|table| table.iter())
    }
}

/// A number as a tensor.
fn scalar(value: f32) -> Tensor {
    Tensor::from_fn(Shape::default(), |_| value)
}

fn oracle(predictions: &Wide, targets: &Targets) -> [Judged; 2] {
    let loss = match targets {
        Targets::Classes(classes) => cross_entropy::oracle(predictions, classes),
        Targets::Values(values) => mean_squared_error::oracle(predictions, &Wide::from(values)),
    };
    let loss = fitting(loss);
    [loss.value, loss.gradient]
}
