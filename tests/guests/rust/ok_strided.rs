//! Right, by as many operations as others need, in an order that has every number come from another page of memory.
//!
//! expect: fails dense-speed, conv2d-speed
//! expect: told slower-than-its-fuel

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, product)),
    other => right(other, rng),
});

/// Floats from one row of the weight to the next: pages, so that the rows compete for the same places in a cache.
const PITCH: usize = 4096;

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    let (inputs, outputs) = (dense.inputs, dense.outputs);
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

/// Four at a time, so that the sums wait for memory and not for each other.
fn column(row: &[f32], weight: &[f32]) -> f32 {
    let [mut a, mut b, mut c, mut d] = [0.0; 4];
    let mut fours = row.chunks_exact(4);
    let mut at = 0;
    for four in &mut fours {
        let &[p, q, r, s] = four else { break };
        a += p * weight[at];
        b += q * weight[at + PITCH];
        c += r * weight[at + 2 * PITCH];
        d += s * weight[at + 3 * PITCH];
        at += 4 * PITCH;
    }
    let rest = fours.remainder().iter().zip(weight.iter().skip(at).step_by(PITCH));
    (a + b) + (c + d) + rest.map(|(x, weight)| x * weight).sum::<f32>()
}
