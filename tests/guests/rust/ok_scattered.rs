//! Right, with every element of an image added to all the places that see it.
//!
//! expect: passes everything

use guests::{Conv2d, Fault, Images, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => Conv2d::computing(spec, rng, scattered),
    other => right(other, rng),
});

fn scattered(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    let places = conv.window.places(images)?;
    let mut answer = conv.window.sweep(images, conv.outputs, |_, o, _| conv.bias_at(o))?;
    let [count, channels, height, width] = images.shape;
    for at in 0..count * channels * height * width {
        let (n, c) = (at / width / height / channels, at / width / height % channels);
        let (y, x) = (at / width % height, at % width);
        for offset in conv.window.offsets() {
            let seen_from = |axis: usize, from: usize| {
                let (stride, padding) = (conv.window.stride[axis], conv.window.padding[axis]);
                let start = (from + padding).checked_sub(offset[axis])?;
                Some(start / stride).filter(|place| start % stride == 0 && *place < places[axis])
            };
            let (Some(row), Some(column)) = (seen_from(0, y), seen_from(1, x)) else { continue };
            for o in 0..conv.outputs {
                let place = ((n * conv.outputs + o) * places[0] + row) * places[1] + column;
                answer.data_mut()[place] += conv.weight_at(o, c, offset) * images.data[at];
            }
        }
    }
    Ok(answer)
}
