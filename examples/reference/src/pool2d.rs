//! Max and average pooling.

use tinytorch::{Fault, Layer, Mode, Pool2dSpec, Tensor};

use crate::window::Window;

/// The largest element that a window sees; padding is never the largest.
pub(crate) struct MaxPool2d(Window);

/// The mean of a window, in which padding counts as 0.
pub(crate) struct AveragePool2d(Window);

impl MaxPool2d {
    pub(crate) fn new(spec: Pool2dSpec) -> Result<Self, Fault> {
        Window::new("max-pool2d", spec.kernel, spec.stride, spec.padding).map(Self)
    }
}

impl AveragePool2d {
    pub(crate) fn new(spec: Pool2dSpec) -> Result<Self, Fault> {
        Window::new("average-pool2d", spec.kernel, spec.stride, spec.padding).map(Self)
    }
}

impl Layer for MaxPool2d {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        pooled("max-pool2d", &self.0, input, f32::NEG_INFINITY, |most, x| if x > most { x } else { most })
    }
}

impl Layer for AveragePool2d {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let mut sums = pooled("average-pool2d", &self.0, input, 0.0, |sum, x| sum + x)?;
        let share = 1.0 / self.0.area() as f32;
        sums.data_mut().iter_mut().for_each(|sum| *sum *= share);
        Ok(sums)
    }
}

/// What the window sees at every place, joined to one number.
fn pooled(
    layer: &str,
    window: &Window,
    input: &Tensor,
    start: f32,
    join: impl Fn(f32, f32) -> f32,
) -> Result<Tensor, Fault> {
    let sweep = window.sweep(layer, input)?;
    let mut output = Vec::with_capacity(sweep.images * sweep.channels * sweep.sites());
    let columns: Vec<_> = (0..sweep.places[1]).map(|place| window.seen(&sweep, 1, place)).collect();
    for plane in input.data().chunks_exact(sweep.plane().max(1)) {
        for place in 0..sweep.places[0] {
            let rows = window.seen(&sweep, 0, place);
            let rows = &plane[rows.start * sweep.extents[1]..rows.end * sweep.extents[1]];
            for columns in &columns {
                let rows = rows.chunks_exact(sweep.extents[1]).flat_map(|row| &row[columns.clone()]);
                output.push(rows.fold(start, |joined, &x| join(joined, x)));
            }
        }
    }
    Tensor::new(sweep.shape(sweep.channels), output)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(kernel: (u32, u32), stride: (u32, u32), padding: (u32, u32)) -> Pool2dSpec {
        Pool2dSpec { kernel, stride, padding }
    }

    #[test]
    fn padding_is_never_the_largest_and_counts_in_the_mean() {
        let input = Tensor::new([1, 1, 1, 2], vec![-3.0, -1.0]).unwrap();
        let spec = spec((1, 2), (1, 2), (0, 1));
        let max = MaxPool2d::new(spec).unwrap().forward(&input, Mode::Inference).unwrap();
        assert_eq!(max, Tensor::new([1, 1, 1, 2], vec![-3.0, -1.0]).unwrap());
        let mean = AveragePool2d::new(spec).unwrap().forward(&input, Mode::Inference).unwrap();
        assert_eq!(mean, Tensor::new([1, 1, 1, 2], vec![-1.5, -0.5]).unwrap());
    }

    #[test]
    fn channels_and_images_are_pooled_by_themselves() {
        let mut next = -1.0;
        let input = Tensor::from_fn([2, 2, 2, 3], || {
            next += 1.0;
            next
        });
        let mut pool = MaxPool2d::new(spec((2, 2), (1, 1), (0, 0))).unwrap();
        let output = pool.forward(&input, Mode::Inference).unwrap();
        assert_eq!(output.shape(), [2, 2, 1, 2]);
        assert_eq!(output.data(), [4.0, 5.0, 10.0, 11.0, 16.0, 17.0, 22.0, 23.0]);
    }
}
