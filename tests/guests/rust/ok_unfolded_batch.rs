//! Right, with the columns of a whole batch of images unfolded at once, and one product for all of them.
//!
//! expect: fails dense-speed, conv2d-speed

use guests::{Conv2d, Fault, Images, LayerSpec, Tensor, beside, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(spec) => Conv2d::computing(spec, rng, product),
    other => right(other, rng),
});

fn product(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    let [height, width] = conv.window.places(images)?;
    let sites = images.shape[0] * height * width;
    let mut columns = Vec::new();
    for (c, offset) in (0..conv.channels).flat_map(|c| conv.window.offsets().map(move |offset| (c, offset))) {
        let seen = conv
            .window
            .sweep(images, 1, |n, _, corner| images.at(n, c, beside(corner, offset)).unwrap_or(0.0))?;
        columns.extend_from_slice(seen.data());
    }
    let depth = conv.channels * conv.window.area();
    let mut answer = conv.window.sweep(images, conv.outputs, |_, o, _| conv.bias_at(o))?;
    for o in 0..conv.outputs {
        let mut sums = vec![0.0; sites];
        let weights = &conv.weight.data()[o * depth..][..depth];
        for (weight, column) in weights.iter().zip(columns.chunks_exact(sites)) {
            sums.iter_mut().zip(column).for_each(|(sum, x)| *sum += weight * x);
        }
        for (n, sums) in sums.chunks_exact(height * width).enumerate() {
            let plane = &mut answer.data_mut()[(n * conv.outputs + o) * height * width..][..height * width];
            plane.iter_mut().zip(sums).for_each(|(y, sum)| *y += sum);
        }
    }
    Ok(answer)
}
