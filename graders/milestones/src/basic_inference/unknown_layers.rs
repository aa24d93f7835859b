//! Layers of later milestones: `unsupported`, or implemented; never a trap, never passed over.

use tito_grade::Hint;
use tito_judge::{Findings, advice, describe};
use tito_sandbox::{
    AttentionSpec, BlockSpec, Conv2dSpec, EmbeddingSpec, Fault, HostError, Layer, Mode, NormSpec, Outcome,
    Pool2dSpec,
};
use tito_tensor::{Shape, Tensor};

use crate::{Context, milestone::Found};

/// Each layer of a later milestone with an input that it changes, so that whoever passes it over is found. Those
/// that may leave an input as it is (dropout in inference, positions that start at zero) have none.
fn later() -> [(Layer, Option<Shape>); 11] {
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
    let (image, text) = (Shape::from([2, 1, 4, 4]), Shape::from([2, 3, 4]));
    [
        (Layer::Conv2d(conv), Some(image.clone())),
        (Layer::MaxPool2d(pool), Some(image.clone())),
        (Layer::AveragePool2d(pool), Some(image)),
        (Layer::BatchNorm2d(norm), Some(Shape::from([2, 4, 2, 2]))),
        (Layer::Dropout(0.5), None),
        (Layer::Gelu, Some(text.clone())),
        (Layer::TokenEmbedding(table), Some(Shape::from([2, 3]))),
        (Layer::PositionEmbedding(table), None),
        (Layer::LayerNorm(norm), Some(text.clone())),
        (Layer::Attention(AttentionSpec { width: 4, heads: 2, causal: true }), Some(text.clone())),
        (Layer::TransformerBlock(BlockSpec { width: 4, heads: 2, expansion: 2 }), Some(text)),
    ]
}

/// Builds each alone and, where that works, asks it.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    for (layer, shape) in later() {
        let input = shape.map(|shape| Tensor::from_fn(shape, |i| (i % 8) as f32));
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
        let came_back = if is_there { came_back(&outcome, input.as_ref()) } else { missing() };
        findings.question(describe(&[layer]), came_back);
    }
    Ok(Found::Cases(findings))
}

fn came_back(outcome: &Outcome<Tensor>, input: Option<&Tensor>) -> Option<(String, Option<Hint>)> {
    let (misconception, text) = match outcome {
        Outcome::Answer(answer) if Some(answer) == input => {
            ("unknown-layer-passed-over", "The layer does nothing. Give `unsupported` until it is written.")
        }
        Outcome::Answer(_) | Outcome::Fault(Fault::Unsupported(_)) => return None,
        Outcome::Trap(_) => (
            "unknown-layer-traps",
            "A panic ends the whole guest. Give `unsupported` until the layer is written.",
        ),
        other => return Some((other.to_string(), advice(other))),
    };
    Some((outcome.to_string(), Some(Hint { misconception: misconception.into(), advice: text.into() })))
}
