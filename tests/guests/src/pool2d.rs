//! Pooling, its fold replaceable.

use tinytorch::{Fault, Layer, Pool2dSpec, Tensor};

use crate::{
    images::{Images, Window, beside},
    whole,
};

/// A layer that answers, at every place of the window, what `fold` makes of the elements that it sees in the image and of
/// how many it covers.
///
/// # Errors
///
/// As [`Window::new`].
pub fn pool(spec: &Pool2dSpec, fold: fn(&[f32], usize) -> f32) -> Result<Box<dyn Layer>, Fault> {
    let window = Window::new(spec)?;
    Ok(whole(move |input| pooled(window, input, fold)))
}

fn pooled(window: Window, input: &Tensor, fold: fn(&[f32], usize) -> f32) -> Result<Tensor, Fault> {
    let images = Images::of(input)?;
    window.sweep(&images, images.shape[1], |n, c, corner| {
        let seen: Vec<f32> =
            window.offsets().filter_map(|offset| images.at(n, c, beside(corner, offset))).collect();
        fold(&seen, window.area())
    })
}

/// The largest of what is seen.
pub fn largest(seen: &[f32], _: usize) -> f32 {
    seen.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

/// The sum of what is seen, divided by what is covered.
pub fn mean(seen: &[f32], area: usize) -> f32 {
    seen.iter().sum::<f32>() / area as f32
}
