//! Max and average pooling, as loops over the window.

use tinytorch::{Fault, Layer, Mode, Pool2dSpec, Tensor};

use crate::window::{images, places};

/// The largest element of each window; padding is never the largest.
pub(crate) struct MaxPool2d(pub(crate) Pool2dSpec);

/// The mean of each window; padding counts as 0.
pub(crate) struct AveragePool2d(pub(crate) Pool2dSpec);

impl Layer for MaxPool2d {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        pool("max-pool2d", self.0, input, |window| window.iter().copied().fold(f32::NEG_INFINITY, f32::max))
    }
}

impl Layer for AveragePool2d {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let size = (self.0.kernel.0 * self.0.kernel.1) as f32;
        pool("average-pool2d", self.0, input, |window| window.iter().sum::<f32>() / size)
    }
}

/// One number for each window, made of the elements of the image that lie in it.
fn pool(
    layer: &str,
    spec: Pool2dSpec,
    input: &Tensor,
    join: impl Fn(&[f32]) -> f32,
) -> Result<Tensor, Fault> {
    let [count, channels, height, width] = images(layer, input)?;
    let Pool2dSpec { kernel, stride, padding } = spec;
    let rows = places(layer, height, kernel.0, stride.0, padding.0)?;
    let columns = places(layer, width, kernel.1, stride.1, padding.1)?;
    let mut output = Vec::new();
    for plane in 0..count * channels {
        for i in 0..rows {
            for j in 0..columns {
                let mut window = Vec::new();
                for y in i * stride.0..i * stride.0 + kernel.0 {
                    for x in j * stride.1..j * stride.1 + kernel.1 {
                        let is_inside = y >= padding.0
                            && x >= padding.1
                            && y - padding.0 < height
                            && x - padding.1 < width;
                        if is_inside {
                            let at = (plane * height + y - padding.0) * width + x - padding.1;
                            window.push(input.data()[at as usize]);
                        }
                    }
                }
                output.push(join(&window));
            }
        }
    }
    Tensor::new([count, channels, rows, columns], output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_never_the_largest_and_counts_in_the_mean() {
        let input = Tensor::new([1, 1, 1, 2], vec![-3.0, -1.0]).unwrap();
        let spec = Pool2dSpec { kernel: (1, 2), stride: (1, 2), padding: (0, 1) };
        let max = MaxPool2d(spec).forward(&input, Mode::Inference).unwrap();
        assert_eq!(max, Tensor::new([1, 1, 1, 2], vec![-3.0, -1.0]).unwrap());
        let mean = AveragePool2d(spec).forward(&input, Mode::Inference).unwrap();
        assert_eq!(mean, Tensor::new([1, 1, 1, 2], vec![-1.5, -0.5]).unwrap());
    }
}
