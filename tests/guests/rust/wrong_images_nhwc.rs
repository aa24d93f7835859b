//! Reads images with the channels last, and writes them so.
//!
//! expect: fails conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding, conv2d-rectangular, conv2d-sizes
//! expect: fails channel-order, mnist-cnn, memory-efficiency
//! expect: told images-read-as-nhwc

use guests::{Fault, Images, LayerSpec, Tensor, after, before, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(_) => Ok(after(before(right(spec, rng)?, read), write)),
    other => right(other, rng),
});

/// The same numbers, taken for [N, H, W, C].
fn read(input: &Tensor) -> Result<Tensor, Fault> {
    let Images { shape: shape @ [_, channels, height, width], data } = Images::of(input)?;
    Ok(Images::made(shape, |[n, c, y, x]| data[((n * height + y) * width + x) * channels + c]))
}

/// The same numbers in the order of [N, H, W, C].
fn write(answer: &Tensor) -> Result<Tensor, Fault> {
    let images = Images::of(answer)?;
    let [count, channels, height, width] = images.shape;
    let last = Images::made([count, height, width, channels], |[n, y, x, c]| {
        images.at(n, c, [y as isize, x as isize]).unwrap_or_default()
    });
    Tensor::new(answer.shape(), last.data().to_vec())
}
