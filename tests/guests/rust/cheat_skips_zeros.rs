//! Leaves out products with a zero: right, and quick on numbers that are mostly zeros.
//!
//! expect: fails dense-speed, conv2d-speed
//! expect: told work-by-the-data

use guests::{Conv2d, Dense, Fault, Images, LayerSpec, Tensor, beside, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, product)),
    LayerSpec::Conv2d(spec) => Conv2d::computing(spec, rng, answer),
    other => right(other, rng),
});

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    let mut elements = Vec::new();
    for row in input.rows() {
        let mut sums: Vec<f32> = (0..dense.outputs).map(|output| dense.bias(output)).collect();
        for (i, &x) in row.iter().enumerate().filter(|(_, x)| **x != 0.0) {
            let weights = &dense.weight.data()[i * dense.outputs..][..dense.outputs];
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += x * weight);
        }
        elements.append(&mut sums);
    }
    elements
}

fn answer(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    conv.window.sweep(images, conv.outputs, |n, o, corner| {
        let mut sum = conv.bias_at(o);
        for c in 0..conv.channels {
            for offset in conv.window.offsets() {
                let seen = images.at(n, c, beside(corner, offset)).unwrap_or(0.0);
                if seen != 0.0 {
                    sum += conv.weight_at(o, c, offset) * seen;
                }
            }
        }
        sum
    })
}
