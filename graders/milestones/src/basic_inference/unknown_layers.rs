//! Layers of later milestones: `unsupported`, or implemented; never a trap, never passed over.

use tito_grade::Hint;
use tito_judge::{Findings, advice, describe};
use tito_kernels::{relu, sigmoid, softmax, tanh};
use tito_sandbox::{
    AttentionSpec, BlockSpec, Conv2dSpec, EmbeddingSpec, Fault, HostError, Layer, Mode, NormSpec, Outcome,
    Pool2dSpec,
};
use tito_tensor::{Shape, Tensor};

use crate::{Context, milestone::Found};

/// Each layer of a later milestone with the shape of an input and of its answer, so that whoever passes it over or
/// puts another layer in its place is found. Those that may leave an input as it is (dropout in inference, batch
/// normalisation that has met nothing, positions and blocks that start at zero) have none.
fn later() -> [(Layer, Option<[Shape; 2]>); 11] {
    let pool = Pool2dSpec { kernel: (2, 2), stride: (2, 2), padding: (0, 0) };
    let conv = Conv2dSpec {
        in_channels: 1,
        out_channels: 2,
        kernel: (3, 3),
        stride: (1, 1),
        padding: (0, 0),
        bias: true,
    };
    let norm = NormSpec { features: 4, epsilon: 1e-5 };
    let table = EmbeddingSpec { entries: 8, width: 4 };
    let image = |channels, side| Some([Shape::from([2, 1, 4, 4]), Shape::from([2, channels, side, side])]);
    let same = |shape: Shape| Some([shape.clone(), shape]);
    let text = || Shape::from([2, 3, 4]);
    [
        (Layer::Conv2d(conv), image(2, 2)),
        (Layer::MaxPool2d(pool), image(1, 2)),
        (Layer::AveragePool2d(pool), image(1, 2)),
        (Layer::BatchNorm2d(norm), None),
        (Layer::Dropout(0.5), None),
        (Layer::Gelu, same(text())),
        (Layer::TokenEmbedding(table), Some([Shape::from([2, 3]), text()])),
        (Layer::PositionEmbedding(table), None),
        (Layer::LayerNorm(norm), same(text())),
        (Layer::Attention(AttentionSpec { width: 4, heads: 2, causal: true }), same(text())),
        (Layer::TransformerBlock(BlockSpec { width: 4, heads: 2, expansion: 2 }), None),
    ]
}

/// Builds each alone and, where that works, asks it.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    for (layer, shapes) in later() {
        let (input, answered) = shapes.map(|[input, answer]| (input, answer)).unzip();
        let input = input.map(|shape| Tensor::from_fn(shape, |i| (i % 8) as f32));
        let mut is_there = false;
        let (outcome, usage) = context.examiner().with_guest(|guest| {
            is_there = true;
            match (guest.build(&[layer], 7)?, &input) {
                (Outcome::Answer(model), Some(input)) => guest.forward(model, input, Mode::Inference),
                (other, _) => Ok(other.map(|_| Tensor::zeros([0]))),
            }
        })?;
        findings.used(usage);
        // A component without models is `unsupported` as a whole, which says nothing about its layers.
        let missing = || Some((outcome.to_string(), None));
        let came_back =
            if is_there { came_back(&outcome, input.as_ref().zip(answered.as_ref())) } else { missing() };
        findings.question(describe(&[layer]), came_back);
    }
    Ok(Found::Cases(findings))
}

fn came_back(outcome: &Outcome<Tensor>, asked: Option<(&Tensor, &Shape)>) -> Option<(String, Option<Hint>)> {
    let (misconception, text) = match outcome {
        Outcome::Answer(answer) if asked.is_some_and(|(input, shape)| is_another(input, shape, answer)) => (
            "unknown-layer-passed-over",
            "The layer does nothing, or another one stands in its place. Give `unsupported` until it is written.",
        ),
        Outcome::Answer(_) | Outcome::Fault(Fault::Unsupported(_)) => return None,
        Outcome::Trap(_) => (
            "unknown-layer-traps",
            "A panic ends the whole guest. Give `unsupported` until the layer is written.",
        ),
        other => return Some((other.to_string(), advice(other))),
    };
    Some((outcome.to_string(), Some(Hint { misconception: misconception.into(), advice: text.into() })))
}

/// Whether an answer has another shape than the layer's, or is what no layer or one of this milestone gives.
fn is_another(input: &Tensor, shape: &Shape, answer: &Tensor) -> bool {
    let near = |image: fn(&Tensor) -> Tensor| {
        let other = image(input);
        other.shape() == answer.shape()
            && other.data().iter().zip(answer.data()).all(|(a, b)| (a - b).abs() < 1e-4)
    };
    let others: [fn(&Tensor) -> Tensor; 5] =
        [Tensor::clone, relu::native, sigmoid::native, tanh::native, softmax::native];
    answer.shape() != shape || others.into_iter().any(near)
}
