//! Max and average pooling.

use tinytorch::{Fault, Layer, Mode, Pool2dSpec, Tensor};

use crate::{
    kept::{alike, untrained},
    window::{Sweep, Window},
};

/// In place of an element's number where a window has seen padding alone.
const NONE: u32 = u32::MAX;

/// The largest element that a window sees; padding is never the largest.
pub(crate) struct MaxPool2d {
    window: Window,
    trained: Option<Chosen>,
}

/// What the last training pass has chosen.
struct Chosen {
    /// The shapes of the input and of the output.
    shapes: [Vec<u32>; 2],
    /// For each output the number of its element in the plane, or [`NONE`].
    elements: Vec<u32>,
}

impl MaxPool2d {
    pub(crate) fn new(spec: Pool2dSpec) -> Result<Self, Fault> {
        let window = Window::new("max-pool2d", spec.kernel, spec.stride, spec.padding)?;
        Ok(Self { window, trained: None })
    }

    /// The largest elements of one plane; `most` is -∞ everywhere.
    fn largest(&self, sweep: &Sweep, plane: &[f32], most: &mut [f32]) {
        let stride = self.window.stride[1];
        for at in self.window.offsets() {
            self.window.runs(sweep, at, |seen, places| {
                let seen = plane[seen].iter().step_by(stride);
                most[places]
                    .iter_mut()
                    .zip(seen)
                    .for_each(|(most, &x)| *most = if x > *most { x } else { *most });
            });
        }
    }

    /// The same, and which they are: the first of equals; `elements` is [`NONE`] everywhere.
    fn choose(&self, sweep: &Sweep, plane: &[f32], most: &mut [f32], elements: &mut [u32]) {
        let Window { kernel, stride, padding } = self.window;
        if [kernel, stride, padding] == [[2, 2], [2, 2], [0, 0]] {
            return choose_of_four(sweep, plane, most, elements);
        }
        for at in self.window.offsets() {
            self.window.runs(sweep, at, |seen, places| {
                let outputs = most[places.clone()].iter_mut().zip(&mut elements[places]);
                for (number, (most, element)) in outputs.enumerate() {
                    let number = seen.start + number * stride[1];
                    let x = plane[number];
                    *element = if x > *most || *element == NONE { number as u32 } else { *element };
                    *most = if x > *most { x } else { *most };
                }
            });
        }
    }
}

/// The usual window of two by two without what the general one costs: the compiler makes vectors of it.
fn choose_of_four(sweep: &Sweep, plane: &[f32], most: &mut [f32], elements: &mut [u32]) {
    let [width, places] = [sweep.extents[1], sweep.places[1]];
    let outputs = most.chunks_exact_mut(places).zip(elements.chunks_exact_mut(places));
    for (row, (rows, (most, elements))) in plane.chunks_exact(2 * width).zip(outputs).enumerate() {
        let (top, bottom) = rows.split_at(width);
        let fours = top.as_chunks().0.iter().zip(bottom.as_chunks().0);
        let first = (row * 2 * width) as u32;
        for (place, ((most, element), (&[a, b], &[c, d]))) in
            most.iter_mut().zip(elements).zip(fours).enumerate()
        {
            let corner = first + 2 * place as u32;
            *element = corner;
            let below = width as u32;
            for (x, number) in [(a, corner), (b, corner + 1), (c, corner + below), (d, corner + below + 1)] {
                *element = if x > *most { number } else { *element };
                *most = if x > *most { x } else { *most };
            }
        }
    }
}

impl Layer for MaxPool2d {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let sweep = self.window.sweep("max-pool2d", input)?;
        let shape = sweep.shape(sweep.channels);
        let mut output = Tensor::from_fn(shape.as_slice(), || f32::NEG_INFINITY);
        let planes = input.data().chunks_exact(sweep.plane().max(1));
        let outputs = output.data_mut().chunks_exact_mut(sweep.sites());
        if mode == Mode::Inference {
            planes.zip(outputs).for_each(|(plane, most)| self.largest(&sweep, plane, most));
            return Ok(output);
        }
        let mut elements = vec![NONE; sweep.images * sweep.channels * sweep.sites()];
        for ((plane, most), elements) in planes.zip(outputs).zip(elements.chunks_exact_mut(sweep.sites())) {
            self.choose(&sweep, plane, most, elements);
        }
        self.trained = Some(Chosen { shapes: [input.shape().to_vec(), shape], elements });
        Ok(output)
    }

    /// Each output's gradient goes to the element that it was.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let Chosen { shapes: [input, output], elements } =
            self.trained.as_ref().ok_or_else(|| untrained("max-pool2d"))?;
        alike("max-pool2d", gradient, output)?;
        let mut back = Tensor::zeros(input.as_slice());
        let sweep = self.window.sweep("max-pool2d", &back)?;
        let outputs = gradient.data().chunks_exact(sweep.sites()).zip(elements.chunks_exact(sweep.sites()));
        for (plane, (gradient, elements)) in
            back.data_mut().chunks_exact_mut(sweep.plane().max(1)).zip(outputs)
        {
            for (gradient, &element) in gradient.iter().zip(elements) {
                if let Some(place) = plane.get_mut(element as usize) {
                    *place += gradient;
                }
            }
        }
        Ok(back)
    }
}

/// The mean of a window, in which padding counts as 0.
pub(crate) struct AveragePool2d {
    window: Window,
    /// The shape of the last training input.
    trained: Option<Vec<u32>>,
}

impl AveragePool2d {
    pub(crate) fn new(spec: Pool2dSpec) -> Result<Self, Fault> {
        let window = Window::new("average-pool2d", spec.kernel, spec.stride, spec.padding)?;
        Ok(Self { window, trained: None })
    }

    fn share(&self) -> f32 {
        1.0 / self.window.area() as f32
    }
}

impl Layer for AveragePool2d {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let sweep = self.window.sweep("average-pool2d", input)?;
        if mode == Mode::Training {
            self.trained = Some(input.shape().to_vec());
        }
        let mut output = Tensor::zeros(sweep.shape(sweep.channels));
        let (share, stride) = (self.share(), self.window.stride[1]);
        let planes = input.data().chunks_exact(sweep.plane().max(1));
        for (plane, sums) in planes.zip(output.data_mut().chunks_exact_mut(sweep.sites())) {
            for at in self.window.offsets() {
                self.window.runs(&sweep, at, |seen, places| {
                    let seen = plane[seen].iter().step_by(stride);
                    sums[places].iter_mut().zip(seen).for_each(|(sum, x)| *sum += x);
                });
            }
            sums.iter_mut().for_each(|sum| *sum *= share);
        }
        Ok(output)
    }

    /// Each output's gradient goes to the elements that it saw, a share to each.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let shape = self.trained.as_ref().ok_or_else(|| untrained("average-pool2d"))?;
        let mut back = Tensor::zeros(shape.as_slice());
        let sweep = self.window.sweep("average-pool2d", &back)?;
        alike("average-pool2d", gradient, &sweep.shape(sweep.channels))?;
        let (share, stride) = (self.share(), self.window.stride[1]);
        let gradients = gradient.data().chunks_exact(sweep.sites());
        for (plane, gradient) in back.data_mut().chunks_exact_mut(sweep.plane().max(1)).zip(gradients) {
            for at in self.window.offsets() {
                self.window.runs(&sweep, at, |seen, places| {
                    let seen = plane[seen].iter_mut().step_by(stride);
                    seen.zip(&gradient[places]).for_each(|(x, gradient)| *x += gradient * share);
                });
            }
        }
        Ok(back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_gradients;

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

    #[test]
    fn gradients_go_where_outputs_come_from() {
        // No two elements are equal or closer than the differences reach.
        let mut next = 0;
        let input = Tensor::from_fn([2, 2, 4, 5], || {
            next = (next + 37) % 80;
            next as f32 * 0.25
        });
        for (kernel, stride, padding) in [
            ((2, 2), (2, 2), (0, 0)),
            ((3, 2), (1, 2), (1, 1)),
            ((2, 3), (3, 1), (0, 2)),
            ((1, 1), (1, 1), (2, 2)),
        ] {
            // Windows of padding alone give -∞, which has no sum.
            if padding != (2, 2) {
                check_gradients(&mut MaxPool2d::new(spec(kernel, stride, padding)).unwrap(), &input, 0.0625);
            }
            check_gradients(&mut AveragePool2d::new(spec(kernel, stride, padding)).unwrap(), &input, 0.5);
        }
    }

    #[test]
    fn the_first_of_equals_gets_the_gradient_and_padding_gets_none() {
        let mut pool = MaxPool2d::new(spec((1, 2), (1, 2), (0, 2))).unwrap();
        let input = Tensor::new([1, 1, 1, 2], vec![f32::NEG_INFINITY; 2]).unwrap();
        let output = pool.forward(&input, Mode::Training).unwrap();
        assert_eq!(output.data(), [f32::NEG_INFINITY; 3]);
        let gradient = Tensor::new([1, 1, 1, 3], vec![1.0, 2.0, 4.0]).unwrap();
        assert_eq!(pool.backward(&gradient).unwrap().data(), [2.0, 0.0]);
        assert!(matches!(pool.backward(&input), Err(Fault::ShapeMismatch(_))));
    }

    #[test]
    fn both_modes_give_the_same() {
        let input = crate::testing::whole(&[2, 3, 5, 6], 8);
        for (kernel, stride, padding) in [((2, 2), (2, 2), (0, 0)), ((3, 3), (2, 1), (1, 2))] {
            let mut pool = MaxPool2d::new(spec(kernel, stride, padding)).unwrap();
            let trained = pool.forward(&input, Mode::Training);
            assert_eq!(pool.forward(&input, Mode::Inference), trained);
        }
    }
}
