//! Right, with every sum and function in f64.
//!
//! expect: passes everything

use guests::{
    Conv2d, Dense, Fault, Images, LayerSpec, Tensor, beside, elementwise, export_layers, pool, right, rowwise,
};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, product)),
    LayerSpec::Sigmoid => Ok(elementwise(|x| (1.0 / (1.0 + (-f64::from(x)).exp())) as f32)),
    LayerSpec::Tanh => Ok(elementwise(|x| f64::from(x).tanh() as f32)),
    LayerSpec::Softmax => Ok(rowwise(softmax)),
    LayerSpec::Conv2d(spec) => Conv2d::computing(spec, rng, correlated),
    LayerSpec::AveragePool2d(spec) => pool(spec, mean),
    other => right(other, rng),
});

fn correlated(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    conv.window.sweep(images, conv.outputs, |n, o, corner| {
        let mut sum = f64::from(conv.bias_at(o));
        for (c, offset) in
            (0..conv.channels).flat_map(|c| conv.window.offsets().map(move |offset| (c, offset)))
        {
            let seen = images.at(n, c, beside(corner, offset)).unwrap_or(0.0);
            sum += f64::from(conv.weight_at(o, c, offset)) * f64::from(seen);
        }
        sum as f32
    })
}

fn mean(seen: &[f32], area: usize) -> f32 {
    (seen.iter().map(|&x| f64::from(x)).sum::<f64>() / area as f64) as f32
}

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    let term = |x: f32, i, output| f64::from(x) * f64::from(dense.weight(i, output));
    let sum = |row: &[f32], output| row.iter().enumerate().map(|(i, &x)| term(x, i, output)).sum::<f64>();
    dense.sums(input, |row, output| (sum(row, output) + f64::from(dense.bias(output))) as f32)
}

fn softmax(row: &mut [f32]) {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exps: Vec<f64> = row.iter().map(|x| (f64::from(*x) - f64::from(most)).exp()).collect();
    let sum: f64 = exps.iter().sum();
    row.iter_mut().zip(exps).for_each(|(y, exp)| *y = (exp / sum) as f32);
}
