//! Right, by as many operations as others need, in an order that has every number come from another page of memory.
//!
//! expect: fails dense-speed
//! expect: told memory-order

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, product)),
    other => right(other, rng),
});

/// So many floats lie between one row of the weight and the next: a page, and a little more for each row than a line of
/// the cache.
const PITCH: usize = 4096 / 4;

/// Columns are walked down, with an accumulator for each of four rows of the input, so that what is waited for is memory
/// and not the sum before.
fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    let (inputs, outputs) = (dense.inputs, dense.outputs);
    let pitch = PITCH.max(outputs.next_multiple_of(PITCH));
    let mut weight = vec![0.0; inputs * pitch];
    for (to, from) in weight.chunks_exact_mut(pitch).zip(dense.weight.data().chunks_exact(outputs)) {
        to[..outputs].copy_from_slice(from);
    }
    let mut answer = vec![0.0; input.data().len() / inputs * outputs];
    let rows = input.data().chunks(4 * inputs).zip(answer.chunks_mut(4 * outputs));
    for (rows, answer) in rows {
        for output in 0..outputs {
            let mut sums = [dense.bias(output); 4];
            for i in 0..inputs {
                let weight = weight[i * pitch + output];
                rows.iter().skip(i).step_by(inputs).zip(&mut sums).for_each(|(x, sum)| *sum += x * weight);
            }
            answer.iter_mut().skip(output).step_by(outputs).zip(sums).for_each(|(y, sum)| *y = sum);
        }
    }
    answer
}
