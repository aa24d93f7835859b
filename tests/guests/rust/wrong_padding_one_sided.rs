//! Puts all of the padding above and left of the image.
//!
//! expect: fails conv2d-padding, conv2d-sizes, mnist-cnn, memory-efficiency
//! expect: told padding-one-sided

use guests::{Conv2dSpec, Images, LayerSpec, before, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => {
        let (height, width) = (spec.padding.0 as usize, spec.padding.1 as usize);
        let inner = right(&LayerSpec::Conv2d(Conv2dSpec { padding: (0, 0), ..*spec }), rng)?;
        Ok(before(inner, move |input| Ok(Images::of(input)?.with_margin([2 * height, 0, 2 * width, 0], 0.0))))
    }
    other => right(other, rng),
});
