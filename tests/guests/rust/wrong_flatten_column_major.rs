//! Flatten reads each example with its first axis fastest.
//!
//! expect: fails flatten, mnist-mlp, channel-order, mnist-cnn, memory-efficiency
//! expect: told flatten-column-major

use guests::{Fault, LayerSpec, Tensor, export_layers, right, whole};

export_layers!(|spec, rng| match spec {
    LayerSpec::Flatten => Ok(whole(column_major)),
    other => right(other, rng),
});

fn column_major(input: &Tensor) -> Result<Tensor, Fault> {
    let (batch, axes) = (input.shape()[0], &input.shape()[1..]);
    let size: u32 = axes.iter().product();
    let mut output = Vec::new();
    for example in input.data().chunks(size as usize) {
        output.extend((0..size).map(|at| example[row_major(at, axes) as usize]));
    }
    Tensor::new([batch, size], output)
}

/// Where the element lies that is `at` in column-major order.
fn row_major(mut at: u32, axes: &[u32]) -> u32 {
    let (mut offset, mut stride) = (0, axes.iter().product::<u32>());
    for extent in axes {
        stride /= extent;
        offset += at % extent * stride;
        at /= extent;
    }
    offset
}
