//! What comes later changes nothing that was answered for a place before it.
//!
//! Both answers are the submission's own, so that whoever errs otherwise is not found out here a second time.

use tito_grade::Hint;
use tito_judge::{Draw, Findings, advice, describe};
use tito_sandbox::{AttentionSpec, BlockSpec, HostError, Layer, Mode, Outcome};
use tito_tensor::Tensor;

use super::drawn::{self, Gpt};
use crate::{Context, milestone::Found};

/// How far an earlier answer may move, as a part of the largest number in it. Who masks by leaving out or by minus infinity moves
/// nothing at all.
const LEAK: f32 = 1e-4;

/// A model, with two inputs that are the same up to a place.
struct Pair {
    layers: Vec<Layer>,
    parameters: Vec<Tensor>,
    inputs: [Tensor; 2],
    /// The first place that differs.
    from: usize,
}

/// Attention, a block and GPTs, with what is changed beginning early and late.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/causality");
    let mut findings = Findings::default();
    for pair in pairs(&mut draw) {
        let (outcome, usage) =
            context.examiner().with_model(&pair.layers, &pair.parameters, |guest, model| {
                guest.forward(model, &pair.inputs[0], Mode::Inference)?.then(|one| {
                    Ok(guest.forward(model, &pair.inputs[1], Mode::Inference)?.map(|two| [one, two]))
                })
            })?;
        findings.used(usage);
        let asked = format!(
            "{} on inputs {} that differ from place {} on",
            describe(&pair.layers),
            pair.inputs[0].shape(),
            pair.from
        );
        findings.question(asked, came_back(&pair, &outcome));
    }
    Ok(Found::Cases(findings))
}

fn pairs(draw: &mut Draw) -> Vec<Pair> {
    let attention = Layer::Attention(AttentionSpec { width: 6, heads: 2, causal: true });
    let block = Layer::TransformerBlock(BlockSpec { width: 8, heads: 2, expansion: 2 });
    let mut pairs = Vec::new();
    for (layer, width, from) in
        [(attention, 6, 1), (attention, 6, 4), (attention, 6, 6), (block, 8, 1), (block, 8, 5)]
    {
        let parameters = drawn::parameters(draw, &layer);
        let inputs = [(); 2].map(|()| draw.normals([2, 7, width], 1.0));
        pairs.push(Pair::new(vec![layer], parameters, inputs, from));
    }
    let gpt = Gpt { entries: 9, context: 8, width: 8, heads: 2, expansion: 2, blocks: 2 };
    for from in [1, 3, 6] {
        let first = gpt.tokens(draw, 2, 7);
        // Every token another one.
        let other = Tensor::from_fn(first.shape().clone(), |at| {
            (first.data()[at] + 1.0 + draw.below(8) as f32) % gpt.entries as f32
        });
        pairs.push(Pair::new(gpt.layers(), gpt.parameters(draw), [first, other], from));
    }
    pairs
}

impl Pair {
    /// The second of two inputs begins like the first.
    fn new(layers: Vec<Layer>, parameters: Vec<Tensor>, inputs: [Tensor; 2], from: usize) -> Self {
        let [first, second] = inputs;
        let extents = first.shape().extents();
        let (length, each) = (extents[1] as usize, extents[2..].iter().product::<u32>() as usize);
        let is_same = |at: usize| at / each % length < from;
        let second = Tensor::from_fn(first.shape().clone(), |at| {
            if is_same(at) { first.data()[at] } else { second.data()[at] }
        });
        Self { layers, parameters, inputs: [first, second], from }
    }
}

fn came_back(pair: &Pair, outcome: &Outcome<[Tensor; 2]>) -> Option<(String, Option<Hint>)> {
    let Outcome::Answer([one, two]) = outcome else { return Some((outcome.to_string(), advice(outcome))) };
    let (Some(length), Some(&outputs)) =
        (pair.inputs[0].shape().extents().get(1), one.shape().extents().last())
    else {
        return Some((format!("an answer of shape {}", one.shape()), None));
    };
    let elements = pair.inputs[0].shape().extents()[0] as usize * *length as usize * outputs as usize;
    if one.shape() != two.shape() || one.data().len() != elements {
        return Some((format!("answers of shapes {} and {}", one.shape(), two.shape()), None));
    }
    let largest = one.data().iter().fold(0.0f32, |most, x| most.max(x.abs()));
    let place = |at: usize| at / outputs as usize % *length as usize;
    let moved = |at: usize| (one.data()[at] - two.data()[at]).abs();
    let is_before = |at: &usize| place(*at) < pair.from;
    let stays = |at: usize| !moved(at).is_nan() && moved(at) <= LEAK * largest;
    let leak = (0..elements).filter(is_before).find(|&at| !stays(at));
    if let Some(at) = leak {
        let came_back = format!("the answer at place {} moves by {}", place(at), moved(at));
        let advice = "A place sees itself and those before it. Set the scores of later keys to minus infinity before the \
                      softmax, or leave them out; 0 is a score like any other.";
        return Some((came_back, Some(hint("looks-ahead", advice))));
    }
    let is_seen = (0..elements).any(|at| !is_before(&at) && moved(at) > LEAK * largest);
    let advice = "Does `forward` read its input to the end?";
    (!is_seen).then(|| ("the same answers to other inputs".to_owned(), Some(hint("input-ignored", advice))))
}

fn hint(misconception: &str, advice: &str) -> Hint {
    Hint { misconception: misconception.into(), advice: advice.into() }
}
