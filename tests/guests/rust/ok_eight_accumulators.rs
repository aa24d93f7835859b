//! Right, with eight partial sums, functions of -|x| alone and uniform initial weights.
//!
//! expect: passes everything

use guests::{Dense, LayerSpec, Tensor, elementwise, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => {
        let most = (3.0 / spec.inputs as f32).sqrt();
        let weight = Tensor::from_fn([spec.inputs, spec.outputs], || most * (2.0 * rng.uniform() - 1.0));
        Ok(Box::new(Dense { weight, product: tiled, ..Dense::zeros(spec) }))
    }
    LayerSpec::Sigmoid => Ok(elementwise(sigmoid)),
    LayerSpec::Tanh => Ok(elementwise(tanh)),
    other => right(other, rng),
});

fn tiled(dense: &Dense, input: &Tensor) -> Vec<f32> {
    dense.sums(input, |row, output| {
        let mut sums = [0.0f32; 8];
        for (i, x) in row.iter().enumerate() {
            sums[i % 8] = x.mul_add(dense.weight(i, output), sums[i % 8]);
        }
        let [a, b, c, d, e, f, g, h] = sums;
        (((a + e) + (b + f)) + ((c + g) + (d + h))) + dense.bias(output)
    })
}

fn sigmoid(x: f32) -> f32 {
    let small = (-x.abs()).exp();
    if x < 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) }
}

fn tanh(x: f32) -> f32 {
    let small = (-2.0 * x.abs()).exp();
    ((1.0 - small) / (1.0 + small)).copysign(x)
}
