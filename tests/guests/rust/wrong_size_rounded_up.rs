//! Gives a place more where the stride does not divide what is left.
//!
//! expect: fails conv2d-stride, conv2d-padding, conv2d-sizes, max-pool2d, max-pool2d-padding, average-pool2d
//! expect: fails average-pool2d-padding, output-sizes
//! expect: told size-rounded-up

use guests::{Fault, Images, Layer, LayerSpec, Pool2dSpec, Window, before, export_layers, pool_of, right};

export_layers!(|spec, rng| {
    let inner = right(spec, rng)?;
    Ok(match spec {
        LayerSpec::Conv2d(spec) => reaching_out(inner, &pool_of(spec), 0.0)?,
        LayerSpec::MaxPool2d(spec) => reaching_out(inner, spec, f32::NEG_INFINITY)?,
        LayerSpec::AveragePool2d(spec) => reaching_out(inner, spec, 0.0)?,
        _ => inner,
    })
});

/// The layer on images that reach so far below and to the right that the last place begins inside the right one.
fn reaching_out(inner: Box<dyn Layer>, spec: &Pool2dSpec, fill: f32) -> Result<Box<dyn Layer>, Fault> {
    let window = Window::new(spec)?;
    Ok(before(inner, move |input| {
        let images = Images::of(input)?;
        window.places(&images)?;
        let missing = |axis: usize| {
            let over = images.shape[2 + axis] + 2 * window.padding[axis] - window.kernel[axis];
            (window.stride[axis] - over % window.stride[axis]) % window.stride[axis]
        };
        Ok(images.with_margin([0, missing(0), 0, missing(1)], fill))
    }))
}
