//! Right, with the gradients of a convolution gathered: every pixel looks for the places that saw it, and every
//! weight for the pixels that it met.
//!
//! expect: passes everything

use guests::learning::{Pass, Slopes, WayBack, taught};
use guests::{Fault, Images, LayerSpec, Window, beside, export_learning_layers, pool_of, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Conv2d(conv) => {
        let window = Window::new(&pool_of(conv))?;
        Ok(WayBack::boxed(right(spec, rng)?, move |pass| back(&window, pass)))
    }
    _ => taught(spec, rng),
});

fn back(window: &Window, pass: &Pass) -> Result<Slopes, Fault> {
    let (images, gradient) = (Images::of(pass.input)?, Images::of(pass.gradient)?);
    let [_, outputs, ..] = gradient.shape;
    let (channels, weight) = (images.shape[1], pass.parameters[0].data());
    let input = Images::made(images.shape, |[n, c, y, x]| {
        let mut sum = 0.0;
        for (at, offset) in window.offsets().enumerate() {
            let Some(place) = saw(window, [y, x], offset) else { continue };
            for o in 0..outputs {
                let dy = gradient.at(n, o, place).unwrap_or(0.0);
                sum += dy * weight[(o * channels + c) * window.area() + at];
            }
        }
        sum
    });
    let [height, width] = window.kernel;
    let weights = Images::made([outputs, channels, height, width], |[o, c, u, v]| {
        met(window, &images, &gradient, [o, c], [u, v])
    });
    let plane = gradient.shape[2] * gradient.shape[3];
    let planes = |o| gradient.data.chunks(plane.max(1)).skip(o).step_by(outputs);
    let mut parameters = vec![weights];
    for bias in pass.parameters.iter().skip(1) {
        let mut sums = (0..outputs).map(|o| planes(o).flatten().sum());
        parameters.push(bias.map(|_| sums.next().unwrap_or_default()));
    }
    Ok(Slopes { input, parameters })
}

/// The place whose window has a pixel at this offset, if there is one; it may lie beyond the last.
fn saw(window: &Window, pixel: [usize; 2], offset: [usize; 2]) -> Option<[isize; 2]> {
    let mut place = [0; 2];
    for axis in 0..2 {
        let corner = (pixel[axis] + window.padding[axis]).checked_sub(offset[axis])?;
        if !corner.is_multiple_of(window.stride[axis]) {
            return None;
        }
        place[axis] = (corner / window.stride[axis]) as isize;
    }
    Some(place)
}

/// The sum over all places of the pixel at this offset times the gradient.
fn met(window: &Window, images: &Images, gradient: &Images, [o, c]: [usize; 2], offset: [usize; 2]) -> f32 {
    let [count, _, height, width] = gradient.shape;
    let mut sum = 0.0;
    for n in 0..count {
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let corner =
                |axis: usize, at: usize| (at * window.stride[axis]) as isize - window.padding[axis] as isize;
            let seen = images.at(n, c, beside([corner(0, y), corner(1, x)], offset)).unwrap_or(0.0);
            sum += seen * gradient.at(n, o, [y as isize, x as isize]).unwrap_or(0.0);
        }
    }
    sum
}
