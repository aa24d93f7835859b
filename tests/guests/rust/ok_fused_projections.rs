//! Right, with query, key and value projected by one matrix of three times the width.
//!
//! expect: passes everything

use guests::language::{Attention, AttentionSpec, Block, Mechanism, fluent, linear};
use guests::{LayerSpec, Tensor, export_writing_layers, softmax};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::Attention(spec) => {
        let mut attention = Attention::new(spec, rng)?;
        attention.attend = fused;
        Ok(attention.taught())
    }
    LayerSpec::TransformerBlock(spec) => {
        let mut block = Block::new(spec, rng)?;
        block.attend = fused;
        Ok(block.taught())
    }
    _ => fluent(spec, rng),
});

fn fused(input: &Tensor, parameters: &[&Tensor], spec: &AttentionSpec, _: &Mechanism) -> Tensor {
    let (length, width) = (input.shape()[1] as usize, spec.width as usize);
    let beside = |at: [usize; 3], rows: u32| {
        let row = |row: usize| at.map(|at| &parameters[at].data()[row * width..][..width]).concat();
        let mut elements = (0..rows as usize).flat_map(row);
        Tensor::from_fn([rows, 3 * spec.width], || elements.next().unwrap_or_default())
    };
    let (weight, bias) = (beside([0, 2, 4], spec.width), beside([1, 3, 5], 1));
    let all = linear(input, &weight, &bias);
    let size = width / spec.heads as usize;
    let mut mixed = input.map(|_| 0.0);
    for (at, y) in mixed.data_mut().chunks_exact_mut(size).enumerate() {
        let heads = spec.heads as usize;
        let (row, head) = (at / heads, at % heads);
        let first = row / length * length;
        let part =
            |row: usize, which: usize| &all.data()[row * 3 * width + which * width + head * size..][..size];
        let seen = if spec.causal { row + 1 } else { first + length };
        let dot = |other: usize| part(row, 0).iter().zip(part(other, 1)).map(|(q, k)| q * k).sum::<f32>();
        let mut weights: Vec<f32> = (first..seen).map(|other| dot(other) / (size as f32).sqrt()).collect();
        softmax(&mut weights);
        for (other, weight) in (first..seen).zip(weights) {
            y.iter_mut().zip(part(other, 2)).for_each(|(y, v)| *y += weight * v);
        }
    }
    linear(&mixed, parameters[6], parameters[7])
}
