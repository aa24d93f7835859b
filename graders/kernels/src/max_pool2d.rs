//! Max pooling: the largest element that a window sees. Padding counts as −∞ and so is never the largest.

use tito_tensor::Tensor;

use crate::{Judged, ShapeError, Wide, Window, pool::Pool, shape_error::alike, sum::Sums};

/// The largest elements in f64. Nothing is rounded, so answers must be equal. A window that sees padding alone gives −∞.
///
/// # Shapes
///
/// - `input`: `[n, channels, height, width]`
/// - result: `[n, channels, ..]` with `window`'s places
///
/// # Errors
///
/// If the input is no batch of images or the window has no place.
pub fn oracle(input: &Wide, window: Window) -> Result<Judged, ShapeError> {
    let pool = Pool::new("max-pool2d", input.shape(), window)?;
    let largest = |(plane, site)| {
        let plane = &input.data()[plane * pool.sweep.plane()..][..pool.sweep.plane()];
        pool.sweep.seen(site).map(|(_, at)| plane[at]).fold(f64::NEG_INFINITY, f64::max)
    };
    let value = pool.sites().map(largest).collect();
    Ok(Judged::exact(Wide::new(pool.output, value).expect("there is an element for every place")))
}

/// The gradient with respect to the input in f64: each place's goes to the first of the largest elements that it sees, in
/// row-major order. Where several are as large, any of them, or a share to each, is as right: those are the kinks.
///
/// Where windows do not overlap nothing is rounded and answers must be equal; else the gauge is a sum of absolute values.
///
/// # Errors
///
/// If the shapes do not meet or the window has no place.
pub fn oracle_backward(input: &Wide, window: Window, gradient: &Wide) -> Result<Judged, ShapeError> {
    let pool = Pool::new("max-pool2d", input.shape(), window)?;
    alike("max-pool2d backward", gradient.shape(), &pool.output)?;
    let mut sums = Sums::zeros(input.data().len());
    for ((plane, site), &dy) in pool.sites().zip(gradient.data()) {
        let first = plane * pool.sweep.plane();
        let larger = |best: Option<usize>, at: usize| match best {
            Some(best) if input.data()[first + at] > input.data()[first + best] => Some(at),
            Some(best) => Some(best),
            None => Some(at),
        };
        if let Some(at) = pool.sweep.seen(site).map(|(_, at)| at).fold(None, larger) {
            sums.add(first + at, dy);
        }
    }
    let judged = sums.judged(input.shape().clone(), window.overlap());
    Ok(if window.overlap() == 1 { Judged::exact(judged.value) } else { judged })
}

/// The largest elements in f32, of the same shapes as the [`oracle`]'s. NaN is passed over.
///
/// # Errors
///
/// If the input is no batch of images or the window has no place.
pub fn native(input: &Tensor, window: Window) -> Result<Tensor, ShapeError> {
    let pool = Pool::new("max-pool2d", input.shape(), window)?;
    let mut output = vec![f32::NEG_INFINITY; pool.planes() * pool.sweep.sites()];
    pool.each_plane(&mut output, pool.sweep.sites(), |plane, output| {
        raise(&pool, pool.plane_of(input, plane), output);
    });
    Ok(Tensor::new(pool.output, output).expect("there is an element for every place"))
}

/// The gradient with respect to the input in f32, as [`oracle_backward`] has it. NaN is passed over.
///
/// # Errors
///
/// If the shapes do not meet or the window has no place.
pub fn native_backward(input: &Tensor, window: Window, gradient: &Tensor) -> Result<Tensor, ShapeError> {
    let pool = Pool::new("max-pool2d", input.shape(), window)?;
    alike("max-pool2d backward", gradient.shape(), &pool.output)?;
    let sites = pool.sweep.sites();
    let mut output = vec![0.0; input.data().len()];
    pool.each_plane(&mut output, pool.sweep.plane(), |plane, output| {
        let input = pool.plane_of(input, plane);
        let mut largest = vec![f32::NEG_INFINITY; sites];
        raise(&pool, input, &mut largest);
        give(&pool, input, &largest, gradient.data()[plane * sites..][..sites].to_vec(), output);
    });
    Ok(Tensor::new(input.shape().clone(), output).expect("there is an element for every one of the input"))
}

/// Raises what each place of a plane has to the largest element that it sees.
fn raise(pool: &Pool, plane: &[f32], largest: &mut [f32]) {
    pool.each_line(|line| {
        let seen = plane[line.elements()].iter().step_by(line.stride);
        let largest = largest[line.places()].iter_mut();
        largest.zip(seen).for_each(|(max, &x)| *max = if x > *max { x } else { *max });
    });
}

/// Gives what each place has to the first of the elements that are its largest. Nothing is branched on: which of the
/// elements is the largest cannot be foreseen.
fn give(pool: &Pool, plane: &[f32], largest: &[f32], mut has: Vec<f32>, to: &mut [f32]) {
    pool.each_line(|line| {
        let (seen, to) = (&plane[line.elements()], &mut to[line.elements()]);
        let (largest, has) = (&largest[line.places()], &mut has[line.places()]);
        for (place, (&max, has)) in largest.iter().zip(has).enumerate() {
            let at = place * line.stride;
            let given = if seen[at] == max { *has } else { 0.0 };
            *has -= given;
            to[at] += given;
        }
    });
}
