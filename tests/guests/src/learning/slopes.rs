//! The right slopes of the layers of milestones 1 and 2.

use tinytorch::{Conv2dSpec, DenseSpec, Fault, Pool2dSpec, Tensor};

use super::{Pass, Slopes};
use crate::{Images, Window, beside, pool_of};

/// dX = dY Wᵀ, dW = Xᵀ dY, db the sum of the rows of dY.
pub fn dense_slopes(spec: &DenseSpec, pass: &Pass) -> Slopes {
    let (outputs, weight) = (spec.outputs as usize, pass.parameters[0]);
    let mut input = pass.input.map(|_| 0.0);
    let mut parameters: Vec<Tensor> = pass.parameters.iter().map(|it| it.map(|_| 0.0)).collect();
    let rows = pass.input.rows().zip(input.rows_mut()).zip(pass.gradient.rows());
    for ((x, dx), dy) in rows {
        for (j, dy) in dy.iter().enumerate() {
            for i in 0..x.len() {
                dx[i] += weight.data()[i * outputs + j] * dy;
                parameters[0].data_mut()[i * outputs + j] += x[i] * dy;
            }
            if let Some(bias) = parameters.get_mut(1) {
                bias.data_mut()[j] += dy;
            }
        }
    }
    Slopes { input, parameters }
}

/// Every product of the forward pass, the other way round.
///
/// # Errors
///
/// As [`Window::new`].
pub fn conv2d_slopes(spec: &Conv2dSpec, pass: &Pass) -> Result<Slopes, Fault> {
    let (window, images) = (Window::new(&pool_of(spec))?, Images::of(pass.input)?);
    let channels = spec.in_channels as usize;
    let mut input = pass.input.map(|_| 0.0);
    let mut parameters: Vec<Tensor> = pass.parameters.iter().map(|it| it.map(|_| 0.0)).collect();
    let (back, weight, x) = (input.data_mut(), pass.parameters[0].data(), pass.input.data());
    let mut sums: Vec<&mut [f32]> = parameters.iter_mut().map(Tensor::data_mut).collect();
    each_output(&window, &Images::of(pass.gradient)?, |[n, o], corner, dy| {
        for c in 0..channels {
            for [u, v] in window.offsets() {
                let Some(pixel) = images.place(n, c, beside(corner, [u, v])) else { continue };
                let at = ((o * channels + c) * window.kernel[0] + u) * window.kernel[1] + v;
                back[pixel] += weight[at] * dy;
                sums[0][at] += x[pixel] * dy;
            }
        }
        if let Some(bias) = sums.get_mut(1) {
            bias[o] += dy;
        }
    });
    Ok(Slopes { input, parameters })
}

/// Each output's gradient goes to the first of the largest elements that it saw.
///
/// # Errors
///
/// As [`Window::new`].
pub fn max_pool_slopes(spec: &Pool2dSpec, pass: &Pass) -> Result<Slopes, Fault> {
    pool_slopes(spec, pass, |input, seen, dy, back| {
        let larger = |best: usize, at: &usize| if input[*at] > input[best] { *at } else { best };
        if let Some((first, rest)) = seen.split_first() {
            back[rest.iter().fold(*first, larger)] += dy;
        }
    })
}

/// Each output's gradient is shared by all that its window covers.
///
/// # Errors
///
/// As [`Window::new`].
pub fn average_pool_slopes(spec: &Pool2dSpec, pass: &Pass) -> Result<Slopes, Fault> {
    let area = (spec.kernel.0 * spec.kernel.1) as f32;
    pool_slopes(spec, pass, move |_, seen, dy, back| seen.iter().for_each(|at| back[*at] += dy / area))
}

/// `spread` is told the input, the places of the elements that a window saw, the gradient of its output, and what it adds
/// to.
///
/// # Errors
///
/// As [`Window::new`].
pub fn pool_slopes(
    spec: &Pool2dSpec,
    pass: &Pass,
    spread: impl Fn(&[f32], &[usize], f32, &mut [f32]),
) -> Result<Slopes, Fault> {
    let (window, images) = (Window::new(spec)?, Images::of(pass.input)?);
    let mut input = pass.input.map(|_| 0.0);
    each_output(&window, &Images::of(pass.gradient)?, |[n, c], corner, dy| {
        let seen: Vec<usize> =
            window.offsets().filter_map(|offset| images.place(n, c, beside(corner, offset))).collect();
        spread(pass.input.data(), &seen, dy, input.data_mut());
    });
    Ok(Slopes::alone(input))
}

/// Tells the image and the channel of every output, the corner of its window, and its gradient, unless that is 0, as most
/// are behind a max-pool.
pub fn each_output(window: &Window, gradients: &Images, mut tell: impl FnMut([usize; 2], [isize; 2], f32)) {
    let [_, channels, height, width] = gradients.shape;
    for (at, dy) in gradients.data.iter().enumerate().filter(|(_, dy)| **dy != 0.0) {
        let plane = at / (height * width);
        let corner = |axis: usize, place: usize| {
            (place * window.stride[axis]) as isize - window.padding[axis] as isize
        };
        let corner = [corner(0, at / width % height), corner(1, at % width)];
        tell([plane / channels, plane % channels], corner, *dy);
    }
}

/// The slope of a curve, given x and y, times the gradient.
pub fn curve_slopes(pass: &Pass, slope: impl Fn(f32, f32) -> f32) -> Slopes {
    let mut input = pass.gradient.clone();
    let pairs = pass.input.data().iter().zip(pass.output.data());
    input.data_mut().iter_mut().zip(pairs).for_each(|(dy, (x, y))| *dy *= slope(*x, *y));
    Slopes::alone(input)
}

/// pᵢ (gᵢ − Σ pⱼ gⱼ)
pub fn softmax_slopes(pass: &Pass) -> Slopes {
    let mut input = pass.gradient.clone();
    for (g, p) in input.rows_mut().zip(pass.output.rows()) {
        let mean: f32 = p.iter().zip(&*g).map(|(p, g)| p * g).sum();
        g.iter_mut().zip(p).for_each(|(g, p)| *g = p * (*g - mean));
    }
    Slopes::alone(input)
}

/// The gradient in the shape of the input.
///
/// # Errors
///
/// None, since flattening leaves no element out.
pub fn flatten_slopes(pass: &Pass) -> Result<Slopes, Fault> {
    Tensor::new(pass.input.shape(), pass.gradient.data().to_vec()).map(Slopes::alone)
}
