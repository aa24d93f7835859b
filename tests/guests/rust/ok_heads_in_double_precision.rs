//! Right, with one head after the other, each with its columns of the projections, in double precision.
//!
//! expect: passes everything

use guests::language::{Attention, AttentionSpec, Block, Mechanism, fluent};
use guests::{LayerSpec, Tensor, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::Attention(spec) => {
        let mut attention = Attention::new(spec, rng)?;
        attention.attend = one_by_one;
        Ok(attention.taught())
    }
    LayerSpec::TransformerBlock(spec) => {
        let mut block = Block::new(spec, rng)?;
        block.attend = one_by_one;
        Ok(block.taught())
    }
    _ => fluent(spec, rng),
});

fn one_by_one(input: &Tensor, parameters: &[&Tensor], spec: &AttentionSpec, _: &Mechanism) -> Tensor {
    let (length, width) = (input.shape()[1] as usize, spec.width as usize);
    let size = width / spec.heads as usize;
    let mut sums = Vec::new();
    for text in input.data().chunks_exact(length * width) {
        let mut output: Vec<f64> =
            (0..length).flat_map(|_| parameters[7].data().iter().map(|b| f64::from(*b))).collect();
        for head in 0..spec.heads as usize {
            let columns = head * size..(head + 1) * size;
            let [query, key, value] = [0, 1, 2]
                .map(|at| projected(text, parameters[2 * at], parameters[2 * at + 1], columns.clone()));
            for place in 0..length {
                let seen = if spec.causal { place + 1 } else { length };
                let mixed = mixture(&query[place], &key[..seen], &value[..seen]);
                for (x, weights) in mixed.iter().zip(parameters[6].rows().skip(head * size)) {
                    let row = &mut output[place * width..][..width];
                    row.iter_mut().zip(weights).for_each(|(y, w)| *y += x * f64::from(*w));
                }
            }
        }
        sums.extend(output.into_iter().map(|y| y as f32));
    }
    let mut sums = sums.into_iter();
    input.map(|_| sums.next().unwrap_or_default())
}

/// The rows of a text times some columns of a projection.
fn projected(text: &[f32], weight: &Tensor, bias: &Tensor, columns: std::ops::Range<usize>) -> Vec<Vec<f64>> {
    let width = bias.width();
    let element = |x: &[f32], column: usize| {
        let terms =
            x.iter().enumerate().map(|(i, x)| f64::from(*x) * f64::from(weight.data()[i * width + column]));
        terms.sum::<f64>() + f64::from(bias.data()[column])
    };
    text.chunks_exact(width).map(|x| columns.clone().map(|column| element(x, column)).collect()).collect()
}

/// Values mixed by the softmax of a query's scores.
fn mixture(query: &[f64], keys: &[Vec<f64>], values: &[Vec<f64>]) -> Vec<f64> {
    let dot =
        |key: &Vec<f64>| query.iter().zip(key).map(|(q, k)| q * k).sum::<f64>() / (query.len() as f64).sqrt();
    let scores: Vec<f64> = keys.iter().map(dot).collect();
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let feature =
        |i: usize| weights.iter().zip(values).map(|(weight, value)| weight * value[i]).sum::<f64>() / sum;
    (0..query.len()).map(feature).collect()
}
