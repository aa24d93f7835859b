//! Max and average pooling, as loops over the window.

use tinytorch::{Fault, Layer, Mode, Pool2dSpec, Tensor};

use crate::{
    activation::{same, trained},
    window::{images, places},
};

/// The largest element of each window; padding is never the largest.
pub(crate) struct MaxPool2d {
    spec: Pool2dSpec,
    /// The last training input.
    input: Option<Tensor>,
}

/// The mean of each window; padding counts as 0.
pub(crate) struct AveragePool2d {
    spec: Pool2dSpec,
    /// The last training input.
    input: Option<Tensor>,
}

impl MaxPool2d {
    pub(crate) fn new(spec: Pool2dSpec) -> Self {
        Self { spec, input: None }
    }
}

impl AveragePool2d {
    pub(crate) fn new(spec: Pool2dSpec) -> Self {
        Self { spec, input: None }
    }

    fn size(&self) -> f32 {
        (self.spec.kernel.0 * self.spec.kernel.1) as f32
    }
}

impl Layer for MaxPool2d {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let mut output = Vec::new();
        let shape = each_window("max-pool2d", self.spec, input, |window| {
            output.push(window.iter().map(|&at| input.data()[at]).fold(f32::NEG_INFINITY, f32::max));
        })?;
        if mode == Mode::Training {
            self.input = Some(input.clone());
        }
        Tensor::new(shape, output)
    }

    /// A gradient goes to the first of the largest elements.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let input = trained("max-pool2d", &self.input)?;
        let mut back = Tensor::zeros(input.shape());
        let mut gradients = gradient.data().iter();
        let shape = each_window("max-pool2d", self.spec, input, |window| {
            let dy = gradients.next().copied().unwrap_or_default();
            // A window of padding alone has nothing to give it to.
            let Some(&(mut best)) = window.first() else { return };
            for &at in window {
                if input.data()[at] > input.data()[best] {
                    best = at;
                }
            }
            back.data_mut()[best] += dy;
        })?;
        same("max-pool2d", gradient, &shape)?;
        Ok(back)
    }
}

impl Layer for AveragePool2d {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let mut output = Vec::new();
        let shape = each_window("average-pool2d", self.spec, input, |window| {
            output.push(window.iter().map(|&at| input.data()[at]).sum::<f32>() / self.size());
        })?;
        if mode == Mode::Training {
            self.input = Some(input.clone());
        }
        Tensor::new(shape, output)
    }

    /// A gradient is shared among all elements, those of the padding too.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let input = trained("average-pool2d", &self.input)?;
        let mut back = Tensor::zeros(input.shape());
        let mut gradients = gradient.data().iter();
        let shape = each_window("average-pool2d", self.spec, input, |window| {
            let dy = gradients.next().copied().unwrap_or_default();
            for &at in window {
                back.data_mut()[at] += dy / self.size();
            }
        })?;
        same("average-pool2d", gradient, &shape)?;
        Ok(back)
    }
}

/// Visits the windows of all outputs in row-major order: where in the input the elements of each one are. Returns the
/// output's shape.
fn each_window(
    layer: &str,
    spec: Pool2dSpec,
    input: &Tensor,
    mut visit: impl FnMut(&[usize]),
) -> Result<Vec<u32>, Fault> {
    let [count, channels, height, width] = images(layer, input)?;
    let Pool2dSpec { kernel, stride, padding } = spec;
    let rows = places(layer, height, kernel.0, stride.0, padding.0)?;
    let columns = places(layer, width, kernel.1, stride.1, padding.1)?;
    let mut window = Vec::new();
    for plane in 0..count * channels {
        for i in 0..rows {
            for j in 0..columns {
                window.clear();
                for y in i * stride.0..i * stride.0 + kernel.0 {
                    for x in j * stride.1..j * stride.1 + kernel.1 {
                        let is_inside = y >= padding.0
                            && x >= padding.1
                            && y - padding.0 < height
                            && x - padding.1 < width;
                        if is_inside {
                            let at = (plane * height + y - padding.0) * width + x - padding.1;
                            window.push(at as usize);
                        }
                    }
                }
                visit(&window);
            }
        }
    }
    Ok(vec![count, channels, rows, columns])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_gradients;

    #[test]
    fn padding_is_never_the_largest_and_counts_in_the_mean() {
        let input = Tensor::new([1, 1, 1, 2], vec![-3.0, -1.0]).unwrap();
        let spec = Pool2dSpec { kernel: (1, 2), stride: (1, 2), padding: (0, 1) };
        let max = MaxPool2d::new(spec).forward(&input, Mode::Inference).unwrap();
        assert_eq!(max, Tensor::new([1, 1, 1, 2], vec![-3.0, -1.0]).unwrap());
        let mean = AveragePool2d::new(spec).forward(&input, Mode::Inference).unwrap();
        assert_eq!(mean, Tensor::new([1, 1, 1, 2], vec![-1.5, -0.5]).unwrap());
    }

    #[test]
    fn gradients_are_right() {
        for (kernel, stride, padding) in [((2, 2), (2, 2), (0, 0)), ((3, 2), (1, 2), (1, 1))] {
            let spec = Pool2dSpec { kernel, stride, padding };
            check_gradients(MaxPool2d::new(spec), &[2, 2, 4, 5], 1e-3);
            check_gradients(AveragePool2d::new(spec), &[2, 2, 4, 5], 0.5);
        }
    }

    #[test]
    fn the_first_of_equals_gets_the_gradient() {
        let mut pool = MaxPool2d::new(Pool2dSpec { kernel: (1, 2), stride: (1, 2), padding: (0, 2) });
        let input = Tensor::zeros([1, 1, 1, 2]);
        pool.forward(&input, Mode::Training).unwrap();
        let gradient = Tensor::new([1, 1, 1, 3], vec![1.0, 2.0, 4.0]).unwrap();
        assert_eq!(pool.backward(&gradient).unwrap().data(), [2.0, 0.0]);
    }
}
