//! Leaves out the last row and the last column of places.
//!
//! expect: fails unknown-layers, conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding
//! expect: fails conv2d-rectangular, conv2d-sizes, max-pool2d, max-pool2d-padding, average-pool2d
//! expect: fails average-pool2d-padding, output-sizes, channel-order, mnist-cnn, memory-efficiency
//! expect: told size-one-short, unknown-layer-passed-over

use guests::{Fault, Images, LayerSpec, Tensor, after, export_layers, right};

export_layers!(|spec, rng| {
    let inner = right(spec, rng)?;
    Ok(match spec {
        LayerSpec::Conv2d(_) | LayerSpec::MaxPool2d(_) | LayerSpec::AveragePool2d(_) => after(inner, cut),
        _ => inner,
    })
});

fn cut(answer: &Tensor) -> Result<Tensor, Fault> {
    let images = Images::of(answer)?;
    let [count, channels, height, width] = images.shape;
    Ok(Images::made([count, channels, height - 1, width - 1], |[n, c, y, x]| {
        images.at(n, c, [y as isize, x as isize]).unwrap_or_default()
    }))
}
