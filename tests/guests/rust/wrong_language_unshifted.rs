//! The softmax of attention and that of `generate` take powers of the scores and logits as they are, so that large ones overflow.
//!
//! expect: fails attention, attention-causal, generate-by-draws
//! expect: told softmax-unshifted

use guests::language::{Attention, Block, Mechanism, Sampling, Writer, fluent, ranked};
use guests::learning::Learner;
use guests::{Fault, Layer, LayerSpec, MakeLayer, Rng, export_writer};

#[derive(Default)]
struct Unshifted;

impl Learner for Unshifted {
    const LAYER: MakeLayer = layer;
}

fn layer(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
    match spec {
        LayerSpec::Attention(spec) => {
            let mut attention = Attention::new(spec, rng)?;
            changed(&mut attention.mechanism);
            Ok(attention.taught())
        }
        LayerSpec::TransformerBlock(spec) => {
            let mut block = Block::new(spec, rng)?;
            changed(&mut block.mechanism);
            Ok(block.taught())
        }
        _ => fluent(spec, rng),
    }
}

fn changed(mechanism: &mut Mechanism) {
    mechanism.softmax = |row| {
        row.iter_mut().for_each(|x| *x = x.exp());
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|x| *x /= sum);
    };
}

impl Writer for Unshifted {
    fn chosen(logits: &[f32], sampling: Sampling, draws: &[f32], at: usize) -> u32 {
        let ranked = ranked(logits);
        if sampling.temperature == 0.0 {
            return ranked[0] as u32;
        }
        let kept = if sampling.top_k == 0 { ranked.len() } else { ranked.len().min(sampling.top_k as usize) };
        let mut powers = vec![0.0; logits.len()];
        ranked[..kept]
            .iter()
            .for_each(|token| powers[*token] = (logits[*token] / sampling.temperature).exp());
        let (all, mut sum): (f32, f32) = (powers.iter().sum(), 0.0);
        let draw = draws.get(at).copied().unwrap_or_default();
        let exceeds = |power: &f32| {
            sum += power / all;
            sum > draw
        };
        powers.iter().position(exceeds).unwrap_or(ranked[0]) as u32
    }
}

export_writer!(Unshifted);
