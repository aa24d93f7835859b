//! The right convolution, quick enough to be trained with: every window is looked up once for all outputs.

use tinytorch::{Fault, Tensor};

use crate::{Conv2d, Images, Window, beside};

/// The right answer of a convolution to images.
///
/// # Errors
///
/// As [`Window::places`].
pub(super) fn convolved(conv: &Conv2d, images: &Images) -> Result<Tensor, Fault> {
    let [height, width] = conv.window.places(images)?;
    let (places, depth) = (height * width, conv.channels * conv.window.area());
    let mut output = Tensor::zeros([images.shape[0], conv.outputs, height, width].map(|it| it as u32));
    for (n, answer) in output.data_mut().chunks_mut((conv.outputs * places).max(1)).enumerate() {
        for place in 0..places {
            let seen = seen(&conv.window, images, n, [place / width, place % width]);
            for (o, row) in conv.weight.data().chunks(depth.max(1)).enumerate() {
                let sum: f32 = row.iter().zip(&seen).map(|(weight, x)| weight * x).sum();
                answer[o * places + place] = sum + conv.bias_at(o);
            }
        }
    }
    Ok(output)
}

/// What a place of the window sees of an image: [channels, kernel height, kernel width], 0 beyond the edge.
fn seen(window: &Window, images: &Images, n: usize, place: [usize; 2]) -> Vec<f32> {
    let corner =
        [0, 1].map(|axis| (place[axis] * window.stride[axis]) as isize - window.padding[axis] as isize);
    let at = |c, offset| images.at(n, c, beside(corner, offset)).unwrap_or(0.0);
    (0..images.shape[1]).flat_map(|c| window.offsets().map(move |offset| at(c, offset))).collect()
}
