//! Right, with convolutions as a product of the weight and the columns of each image, channels last inside.
//!
//! expect: passes everything

use guests::{Conv2d, Fault, Images, LayerSpec, Tensor, beside, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => Conv2d::computing(spec, rng, product),
    other => right(other, rng),
});

/// Every place's column [kernel, channels] times the weights of every output.
fn product(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    conv.window.sweep(images, conv.outputs, |n, o, corner| {
        let column = conv.window.offsets().flat_map(|offset| {
            (0..conv.channels).map(move |c| images.at(n, c, beside(corner, offset)).unwrap_or(0.0))
        });
        let row = conv
            .window
            .offsets()
            .flat_map(|offset| (0..conv.channels).map(move |c| conv.weight_at(o, c, offset)));
        conv.bias_at(o) + row.zip(column).map(|(weight, x)| weight * x).sum::<f32>()
    })
}
