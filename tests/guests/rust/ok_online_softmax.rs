//! Right, with attention that goes through the keys once and keeps a running maximum, as FlashAttention does (Dao et al.,
//! 2022, section 3.1): no row of weights is ever held.
//!
//! expect: passes everything

use guests::language::{Attention, AttentionSpec, Block, Mechanism, fluent, linear};
use guests::{LayerSpec, Tensor, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::Attention(spec) => {
        let mut attention = Attention::new(spec, rng)?;
        attention.attend = flash;
        Ok(attention.taught())
    }
    LayerSpec::TransformerBlock(spec) => {
        let mut block = Block::new(spec, rng)?;
        block.attend = flash;
        Ok(block.taught())
    }
    _ => fluent(spec, rng),
});

fn flash(input: &Tensor, parameters: &[&Tensor], spec: &AttentionSpec, _: &Mechanism) -> Tensor {
    let project = |x: &Tensor, at: usize| linear(x, parameters[2 * at], parameters[2 * at + 1]);
    let (query, key, value) = (project(input, 0), project(input, 1), project(input, 2));
    let (length, width) = (input.shape()[1] as usize, spec.width as usize);
    let size = width / spec.heads as usize;
    let mut mixed = input.map(|_| 0.0);
    for (at, row) in mixed.data_mut().chunks_exact_mut(size).enumerate() {
        // Rows of heads lie next to each other: head by head in a place, place by place, text by text.
        let (heads, own) = (spec.heads as usize, at * size);
        let (place, first) =
            (at / heads % length, (at / heads / length * length * heads + at % heads) * size);
        let seen = if spec.causal { place + 1 } else { length };
        let (mut most, mut sum) = (f32::NEG_INFINITY, 0.0);
        for other in (0..seen).map(|other| first + other * width) {
            let dot: f32 = (0..size).map(|i| query.data()[own + i] * key.data()[other + i]).sum();
            let score = dot / (size as f32).sqrt();
            let higher = most.max(score);
            let (kept, weight) = ((most - higher).exp(), (score - higher).exp());
            sum = sum * kept + weight;
            for (x, v) in row.iter_mut().zip(&value.data()[other..]) {
                *x = *x * kept + weight * v;
            }
            most = higher;
        }
        row.iter_mut().for_each(|x| *x /= sum);
    }
    project(&mixed, 3)
}
