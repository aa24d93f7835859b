//! Pads images that are too small for a pooling window, and takes a stride of 0 for 1.
//!
//! expect: fails impossible-sizes
//! expect: told wrong-shape-accepted, impossible-layer-accepted

use guests::{
    Fault, Images, Layer, LayerSpec, Pool2dSpec, Window, before, export_layers, largest, mean, pool, right,
};

export_layers!(|spec, rng| match spec {
    LayerSpec::MaxPool2d(spec) => generous(spec, largest),
    LayerSpec::AveragePool2d(spec) => generous(spec, mean),
    other => right(other, rng),
});

fn generous(spec: &Pool2dSpec, fold: fn(&[f32], usize) -> f32) -> Result<Box<dyn Layer>, Fault> {
    let [kernel, stride] = [spec.kernel, spec.stride].map(|(height, width)| (height.max(1), width.max(1)));
    let spec = Pool2dSpec { kernel, stride, ..*spec };
    let window = Window::new(&spec)?;
    Ok(before(pool(&spec, fold)?, move |input| {
        let images = Images::of(input)?;
        let missing = |axis: usize| {
            window.kernel[axis].saturating_sub(images.shape[2 + axis] + 2 * window.padding[axis])
        };
        Ok(images.with_margin([0, missing(0), 0, missing(1)], f32::NEG_INFINITY))
    }))
}
