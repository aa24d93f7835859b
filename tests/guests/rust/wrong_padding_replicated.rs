//! Repeats the edge of the image where zeros belong.
//!
//! expect: fails conv2d-padding, conv2d-sizes, mnist-cnn, memory-efficiency
//! expect: told padding-replicated

use guests::{Conv2dSpec, Fault, Images, LayerSpec, Tensor, before, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => {
        let padding = [spec.padding.0 as usize, spec.padding.1 as usize];
        let inner = right(&LayerSpec::Conv2d(Conv2dSpec { padding: (0, 0), ..*spec }), rng)?;
        Ok(before(inner, move |input| replicated(&Images::of(input)?, padding)))
    }
    other => right(other, rng),
});

fn replicated(images: &Images, [top, left]: [usize; 2]) -> Result<Tensor, Fault> {
    let [count, channels, height, width] = images.shape;
    if height == 0 || width == 0 {
        return Err(Fault::shape_mismatch("an image without an edge"));
    }
    let near = |at: usize, padding: usize, extent: usize| at.saturating_sub(padding).min(extent - 1) as isize;
    Ok(Images::made([count, channels, height + 2 * top, width + 2 * left], |[n, c, y, x]| {
        images.at(n, c, [near(y, top, height), near(x, left, width)]).unwrap_or_default()
    }))
}
