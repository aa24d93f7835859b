//! Reads the weight as [outputs, inputs].
//!
//! expect: fails dense, dense-without-bias, dense-rank-3, mnist-mlp, mnist-cnn, memory-efficiency
//! expect: told weight-transposed

use guests::{Dense, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, transposed)),
    other => right(other, rng),
});

fn transposed(dense: &Dense, input: &Tensor) -> Vec<f32> {
    let weight = dense.weight.data();
    let product = |row: &[f32], output| {
        (0..dense.inputs).map(|i| row[i] * weight[output * dense.inputs + i]).sum::<f32>()
    };
    dense.sums(input, |row, output| product(row, output) + dense.bias(output))
}
