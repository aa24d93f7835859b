//! Writing by a model that gives logits.

use tito_sandbox::{Called, Fault, Layer, Outcome, Sampling};
use tito_tensor::Tensor;

/// As the contract has it, in f32.
pub(crate) fn generate(
    layers: &[Layer],
    prompt: &[u32],
    count: u32,
    sampling: Sampling,
    draws: &[f32],
    logits: &mut dyn FnMut(&[u32]) -> Called<Tensor>,
) -> Called<Vec<u32>> {
    let wrong = |words: &str| Ok(Outcome::Fault(Fault::InvalidArgument(words.into())));
    let room = layers.iter().filter_map(|layer| match layer {
        Layer::PositionEmbedding(spec) => Some(spec.entries as usize),
        _ => None,
    });
    let room = room.min().unwrap_or(usize::MAX);
    let Some(Layer::TokenEmbedding(tokens)) = layers.first() else { return wrong("no tokens") };
    if prompt.is_empty() || prompt.iter().any(|&token| token >= tokens.entries) {
        return wrong("no such prompt");
    }
    let is_drawn = sampling.temperature > 0.0;
    if sampling.temperature < 0.0 || (is_drawn && draws.len() < count as usize) {
        return wrong("no such sampling");
    }
    let mut text = prompt.to_vec();
    while text.len() < prompt.len() + count as usize {
        let output = match logits(&text[text.len().saturating_sub(room)..])? {
            Outcome::Answer(output) => output,
            failed => return Ok(failed.map(|_| Vec::new())),
        };
        let width = tokens.entries as usize;
        let last = &output.data()[output.data().len() - width..];
        text.push(if is_drawn {
            drawn(last, sampling, draws[text.len() - prompt.len()])
        } else {
            ranked(last)[0]
        } as u32);
    }
    Ok(Outcome::Answer(text.split_off(prompt.len())))
}

fn ranked(logits: &[f32]) -> Vec<usize> {
    let mut tokens: Vec<usize> = (0..logits.len()).collect();
    tokens.sort_by(|&one, &two| logits[two].total_cmp(&logits[one]));
    tokens
}

fn drawn(logits: &[f32], sampling: Sampling, draw: f32) -> usize {
    let ranked = ranked(logits);
    let kept = if sampling.top_k == 0 { ranked.len() } else { ranked.len().min(sampling.top_k as usize) };
    let mut powers = vec![0.0f32; logits.len()];
    for &token in &ranked[..kept] {
        powers[token] = ((logits[token] - logits[ranked[0]]) / sampling.temperature).exp();
    }
    let sum: f32 = powers.iter().sum();
    let mut reached = 0.0;
    let exceeds = |power: &f32| {
        reached += power / sum;
        reached > draw
    };
    powers.iter().position(exceeds).unwrap_or(ranked[0])
}
