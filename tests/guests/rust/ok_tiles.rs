//! Right, with dense layers by tiles of four rows and eight outputs, whose sums stay in registers, and the weight packed
//! for them in every call.
//!
//! expect: fails dense-speed, conv2d-speed

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, product)),
    other => right(other, rng),
});

const ROWS: usize = 4;
const WIDE: usize = 8;

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    let (inputs, outputs) = (dense.inputs, dense.outputs);
    let rows: Vec<&[f32]> = input.rows().collect();
    let mut answer = vec![0.0; rows.len() * outputs];
    for first in (0..outputs).step_by(WIDE) {
        let width = WIDE.min(outputs - first);
        let mut panel = vec![[0.0; WIDE]; inputs];
        for (packed, weights) in panel.iter_mut().zip(dense.weight.data().chunks_exact(outputs)) {
            packed[..width].copy_from_slice(&weights[first..first + width]);
        }
        for (tile, answer) in rows.chunks(ROWS).zip(answer.chunks_mut(ROWS * outputs)) {
            let four: [&[f32]; ROWS] = std::array::from_fn(|at| tile[at.min(tile.len() - 1)]);
            for (row, sums) in answer.chunks_exact_mut(outputs).zip(sums(four, &panel)) {
                for (at, sum) in sums[..width].iter().enumerate() {
                    row[first + at] = sum + dense.bias(first + at);
                }
            }
        }
    }
    answer
}

fn sums(rows: [&[f32]; ROWS], panel: &[[f32; WIDE]]) -> [[f32; WIDE]; ROWS] {
    let mut sums = [[0.0; WIDE]; ROWS];
    for (i, weights) in panel.iter().enumerate() {
        for (sums, row) in sums.iter_mut().zip(rows) {
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += row[i] * weight);
        }
    }
    sums
}
