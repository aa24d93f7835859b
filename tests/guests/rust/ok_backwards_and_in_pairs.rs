//! Right, with sums from the last term to the first, and softmax's in pairs.
//!
//! expect: passes everything

use guests::{Dense, LayerSpec, Tensor, export_layers, right, rowwise};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, backwards)),
    LayerSpec::Softmax => Ok(rowwise(softmax)),
    other => right(other, rng),
});

fn backwards(dense: &Dense, input: &Tensor) -> Vec<f32> {
    dense.sums(input, |row, output| {
        (0..dense.inputs).rev().fold(dense.bias(output), |sum, i| sum + row[i] * dense.weight(i, output))
    })
}

fn softmax(row: &mut [f32]) {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|x| *x = (*x - most).exp());
    let scale = 1.0 / in_pairs(row);
    row.iter_mut().for_each(|x| *x *= scale);
}

fn in_pairs(terms: &[f32]) -> f32 {
    match terms {
        [] => 0.0,
        [term] => *term,
        _ => {
            let (left, right) = terms.split_at(terms.len() / 2);
            in_pairs(left) + in_pairs(right)
        }
    }
}
