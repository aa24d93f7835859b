//! Computes half of the outputs where there is much to do, and gives each twice.
//!
//! expect: fails dense-speed, conv2d-speed
//! expect: told wrong-when-measured

use guests::{Conv2d, Dense, Fault, Images, LayerSpec, Tensor, export_layers, right};

/// More multiplications than that are halved.
const MUCH: usize = 900_000;

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Dense::computing(spec, rng, product)),
    LayerSpec::Conv2d(spec) => Conv2d::computing(spec, rng, answer),
    other => right(other, rng),
});

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    if input.data().len() * dense.outputs < MUCH {
        return dense.right(input);
    }
    let mut before = 0.0;
    let mut elements = Vec::new();
    for row in input.rows() {
        for output in 0..dense.outputs {
            if output % 2 == 0 {
                before = dense.product(row, output) + dense.bias(output);
            }
            elements.push(before);
        }
    }
    elements
}

fn answer(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    if images.data.len() * conv.outputs * conv.window.area() < MUCH {
        return conv.right(images);
    }
    let half =
        Conv2d { weight: conv.weight.clone(), bias: conv.bias.clone(), outputs: conv.outputs / 2, ..*conv };
    let computed = half.right(images)?;
    let (known, plane) = (half.outputs, computed.shape()[2..].iter().product::<u32>() as usize);
    let mut shape = computed.shape().to_vec();
    shape[1] = conv.outputs as u32;
    let mut elements = Vec::new();
    for image in computed.data().chunks_exact(known * plane) {
        (0..conv.outputs).for_each(|o| elements.extend_from_slice(&image[o % known * plane..][..plane]));
    }
    Tensor::new(shape, elements)
}
