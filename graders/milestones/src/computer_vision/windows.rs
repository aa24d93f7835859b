//! Windows that move over images, and images that they fit on.

use tito_judge::Draw;
use tito_sandbox::{Conv2dSpec, Layer, Pool2dSpec};
use tito_tensor::Tensor;

/// A pair of (height, width).
pub(crate) type Pair = (u32, u32);

/// A window of this kernel, stride and padding.
pub(crate) fn window(kernel: Pair, stride: Pair, padding: Pair) -> Pool2dSpec {
    Pool2dSpec { kernel, stride, padding }
}

/// A convolution with this window.
pub(crate) fn conv(channels: [u32; 2], window: Pool2dSpec, bias: bool) -> Conv2dSpec {
    let [in_channels, out_channels] = channels;
    let Pool2dSpec { kernel, stride, padding } = window;
    Conv2dSpec { in_channels, out_channels, kernel, stride, padding, bias }
}

/// What the layer makes of an image with these extents; `None` where its window does not fit, or there is none.
pub(crate) fn places(layer: &Layer, extents: [u32; 2]) -> Option<[u32; 2]> {
    tito_judge::window(layer)?.places(extents)
}

/// An extent that a kernel of this size fits on with this padding, up to some places more; odd and even ones alike.
fn extent(draw: &mut Draw, kernel: u32, padding: u32) -> u32 {
    let least = kernel.saturating_sub(2 * padding).max(1);
    least + draw.below(8) as u32
}

/// The extents of images that a window fits on.
pub(crate) fn image(draw: &mut Draw, window: &Pool2dSpec) -> [u32; 2] {
    [extent(draw, window.kernel.0, window.padding.0), extent(draw, window.kernel.1, window.padding.1)]
}

/// A batch of one to three.
pub(crate) fn batch(draw: &mut Draw) -> u32 {
    draw.pick(&[1, 2, 3])
}

/// Elements of which no two that a window sees are equal, half of them negative; so that every answer tells where it was
/// taken.
pub(crate) fn distinct(draw: &mut Draw, shape: [u32; 4]) -> Tensor {
    let count: usize = shape.iter().map(|&extent| extent as usize).product();
    let order = draw.permutation(count);
    Tensor::from_fn(shape, |at| order[at] as f32 - (count / 2) as f32)
}
