//! Average pooling: the mean of a window, in which padding counts as 0. So it always divides by the window's size.

use tito_tensor::Tensor;

use crate::{Judged, ShapeError, Wide, Window, pool::Pool, shape_error::alike, sum::Sums};

/// The means in f64.
///
/// # Shapes
///
/// - `input`: `[n, channels, height, width]`
/// - result: `[n, channels, ..]` with `window`'s places
///
/// The gauge is the mean of absolute values; the terms are the window's size.
///
/// # Errors
///
/// If the input is no batch of images or the window has no place.
pub fn oracle(input: &Wide, window: Window) -> Result<Judged, ShapeError> {
    let pool = Pool::new("average-pool2d", input.shape(), window)?;
    let mut sums = Sums::zeros(pool.planes() * pool.sweep.sites());
    for (place, (plane, site)) in pool.sites().enumerate() {
        let plane = &input.data()[plane * pool.sweep.plane()..][..pool.sweep.plane()];
        pool.sweep.seen(site).for_each(|(_, at)| sums.add(place, plane[at] / window.area() as f64));
    }
    Ok(sums.judged(pool.output, window.area()))
}

/// The gradient with respect to the input in f64: an equal share of each place's to every element that it sees.
///
/// The gauge is the sum of the absolute values of the shares; the terms are the places that can see an element, and the
/// division.
///
/// # Errors
///
/// If the shapes do not meet or the window has no place.
pub fn oracle_backward(input: &Wide, window: Window, gradient: &Wide) -> Result<Judged, ShapeError> {
    let pool = Pool::new("average-pool2d", input.shape(), window)?;
    alike("average-pool2d backward", gradient.shape(), &pool.output)?;
    let mut sums = Sums::zeros(input.data().len());
    for ((plane, site), &dy) in pool.sites().zip(gradient.data()) {
        let first = plane * pool.sweep.plane();
        pool.sweep.seen(site).for_each(|(_, at)| sums.add(first + at, dy / window.area() as f64));
    }
    Ok(sums.judged(input.shape().clone(), window.overlap() + 1))
}

/// The means in f32, of the same shapes as the [`oracle`]'s.
///
/// # Errors
///
/// If the input is no batch of images or the window has no place.
pub fn native(input: &Tensor, window: Window) -> Result<Tensor, ShapeError> {
    let pool = Pool::new("average-pool2d", input.shape(), window)?;
    let share = 1.0 / window.area() as f32;
    let mut output = vec![0.0; pool.planes() * pool.sweep.sites()];
    pool.each_plane(&mut output, pool.sweep.sites(), |plane, output| {
        let input = pool.plane_of(input, plane);
        pool.each_line(|line| {
            let seen = input[line.elements()].iter().step_by(line.stride);
            output[line.places()].iter_mut().zip(seen).for_each(|(sum, x)| *sum += x);
        });
        output.iter_mut().for_each(|sum| *sum *= share);
    });
    Ok(Tensor::new(pool.output, output).expect("there is an element for every place"))
}

/// The gradient with respect to the input in f32, as [`oracle_backward`] has it.
///
/// # Errors
///
/// If the shapes do not meet or the window has no place.
pub fn native_backward(input: &Tensor, window: Window, gradient: &Tensor) -> Result<Tensor, ShapeError> {
    let pool = Pool::new("average-pool2d", input.shape(), window)?;
    alike("average-pool2d backward", gradient.shape(), &pool.output)?;
    let share = 1.0 / window.area() as f32;
    let mut output = vec![0.0; input.data().len()];
    pool.each_plane(&mut output, pool.sweep.plane(), |plane, output| {
        let gradient = &gradient.data()[plane * pool.sweep.sites()..][..pool.sweep.sites()];
        pool.each_line(|line| {
            let seen = output[line.elements()].iter_mut().step_by(line.stride);
            seen.zip(&gradient[line.places()]).for_each(|(sum, dy)| *sum += dy);
        });
        output.iter_mut().for_each(|sum| *sum *= share);
    });
    Ok(Tensor::new(input.shape().clone(), output).expect("there is an element for every one of the input"))
}
