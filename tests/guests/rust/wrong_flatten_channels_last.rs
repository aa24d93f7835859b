//! Flattens images with the channels last.
//!
//! expect: fails flatten, channel-order, mnist-cnn, memory-efficiency
//! expect: told flatten-channels-last

use guests::{Fault, Images, LayerSpec, Tensor, before, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Flatten => Ok(before(right(spec, rng)?, channels_last)),
    other => right(other, rng),
});

fn channels_last(input: &Tensor) -> Result<Tensor, Fault> {
    let Ok(images) = Images::of(input) else { return Ok(input.clone()) };
    let [count, channels, height, width] = images.shape;
    Ok(Images::made([count, height, width, channels], |[n, y, x, c]| {
        images.at(n, c, [y as isize, x as isize]).unwrap_or_default()
    }))
}
