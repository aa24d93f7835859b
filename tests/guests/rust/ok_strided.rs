//! Right, by as many operations as others need, in an order that has every number come from another page of memory.
//!
//! expect: fails dense-speed, conv2d-speed
//! expect: told waits-for-memory

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, product)),
    other => right(other, rng),
});

/// Floats from one row of the weight to the next: pages, so that the rows compete for the same places in a cache.
const PITCH: usize = 1024;

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    let (inputs, outputs) = (dense.inputs, dense.outputs);
    if outputs > PITCH {
        return dense.right(input);
    }
    let mut weight = vec![0.0; inputs * PITCH];
    for (to, from) in weight.chunks_exact_mut(PITCH).zip(dense.weight.data().chunks_exact(outputs)) {
        to[..outputs].copy_from_slice(from);
    }
    let mut answer = vec![0.0; input.data().len() / inputs * outputs];
    for (row, answer) in input.rows().zip(answer.chunks_exact_mut(outputs)) {
        for (output, y) in answer.iter_mut().enumerate() {
            *y = dense.bias(output) + column(row, &weight[output..]);
        }
    }
    answer
}

/// Eight at a time, so that the sums wait for memory and not for each other.
fn column(row: &[f32], weight: &[f32]) -> f32 {
    let [mut a, mut b, mut c, mut d] = [0.0; 4];
    let mut eights = row.chunks_exact(8);
    let mut blocks = weight.chunks(8 * PITCH);
    for (eight, block) in (&mut eights).zip(&mut blocks) {
        let (Some(x), Some(w)) = (eight.first_chunk::<8>(), block.first_chunk::<{ 7 * PITCH + 1 }>()) else {
            break;
        };
        a += x[0] * w[0] + x[4] * w[4 * PITCH];
        b += x[1] * w[PITCH] + x[5] * w[5 * PITCH];
        c += x[2] * w[2 * PITCH] + x[6] * w[6 * PITCH];
        d += x[3] * w[3 * PITCH] + x[7] * w[7 * PITCH];
    }
    let left = blocks.next().unwrap_or_default().iter().step_by(PITCH);
    (a + b) + (c + d) + eights.remainder().iter().zip(left).map(|(x, weight)| x * weight).sum::<f32>()
}
