//! The two-dimensional convolution, as seven loops.

use tinytorch::{Conv2dSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::{
    activation::{same, trained},
    window::{images, places},
};

/// Cross-correlation over NCHW with zeros around the image.
pub(crate) struct Conv2d {
    spec: Conv2dSpec,
    weight: Tensor,
    bias: Option<Tensor>,
    weight_gradient: Tensor,
    bias_gradient: Option<Tensor>,
    /// The last training input.
    input: Option<Tensor>,
}

/// The extents of a batch and of what becomes of it.
struct Extents {
    count: u32,
    height: u32,
    width: u32,
    rows: u32,
    columns: u32,
}

impl Conv2d {
    /// Weights from N(0, 2 / fan-in), a bias of 0.
    pub(crate) fn new(spec: Conv2dSpec, rng: &mut Rng) -> Self {
        let fan_in = spec.in_channels * spec.kernel.0 * spec.kernel.1;
        let deviation = (2.0 / fan_in as f32).sqrt();
        let shape = [spec.out_channels, spec.in_channels, spec.kernel.0, spec.kernel.1];
        Self {
            spec,
            weight: Tensor::from_fn(shape, || rng.normal() * deviation),
            bias: spec.bias.then(|| Tensor::zeros([spec.out_channels])),
            weight_gradient: Tensor::zeros(shape),
            bias_gradient: spec.bias.then(|| Tensor::zeros([spec.out_channels])),
            input: None,
        }
    }

    fn extents(&self, input: &Tensor) -> Result<Extents, Fault> {
        let [count, channels, height, width] = images("conv2d", input)?;
        let Conv2dSpec { kernel, stride, padding, .. } = self.spec;
        if channels != self.spec.in_channels {
            let wanted = self.spec.in_channels;
            return Err(Fault::shape_mismatch(format!("conv2d: {wanted} channels wanted, {channels} given")));
        }
        let rows = places("conv2d", height, kernel.0, stride.0, padding.0)?;
        let columns = places("conv2d", width, kernel.1, stride.1, padding.1)?;
        Ok(Extents { count, height, width, rows, columns })
    }

    /// Visits whatever an output is a sum of: the places of a pixel of image n and of a weight to output o.
    fn visit(&self, extents: &Extents, [n, o, i, j]: [u32; 4], mut product: impl FnMut(usize, usize)) {
        let Conv2dSpec { in_channels: channels, kernel, stride, padding, .. } = self.spec;
        let &Extents { height, width, .. } = extents;
        for c in 0..channels {
            for u in 0..kernel.0 {
                for v in 0..kernel.1 {
                    let (y, x) = (i * stride.0 + u, j * stride.1 + v);
                    // Beyond the image there are zeros.
                    if y < padding.0 || x < padding.1 {
                        continue;
                    }
                    let (y, x) = (y - padding.0, x - padding.1);
                    if y >= height || x >= width {
                        continue;
                    }
                    let pixel = ((n * channels + c) * height + y) * width + x;
                    let weight = ((o * channels + c) * kernel.0 + u) * kernel.1 + v;
                    product(pixel as usize, weight as usize);
                }
            }
        }
    }

    /// Every output in row-major order: image, channel, row, column.
    fn outputs(&self, extents: &Extents) -> impl Iterator<Item = [u32; 4]> + use<> {
        let &Extents { count, rows, columns, .. } = extents;
        let outputs = self.spec.out_channels;
        let channels = (0..count).flat_map(move |n| (0..outputs).map(move |o| [n, o]));
        let places = move || (0..rows).flat_map(move |i| (0..columns).map(move |j| [i, j]));
        channels.flat_map(move |[n, o]| places().map(move |[i, j]| [n, o, i, j]))
    }
}

impl Layer for Conv2d {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let extents = self.extents(input)?;
        if mode == Mode::Training {
            self.input = Some(input.clone());
        }
        let mut output = Vec::new();
        for at in self.outputs(&extents) {
            let mut sum = 0.0;
            self.visit(&extents, at, |pixel, weight| {
                sum += input.data()[pixel] * self.weight.data()[weight];
            });
            if let Some(bias) = &self.bias {
                sum += bias.data()[at[1] as usize];
            }
            output.push(sum);
        }
        Tensor::new([extents.count, self.spec.out_channels, extents.rows, extents.columns], output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        let mut parameters = vec![&self.weight];
        parameters.extend(&self.bias);
        parameters
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        let mut parameters = vec![&mut self.weight];
        parameters.extend(&mut self.bias);
        parameters
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let input = trained("conv2d", &self.input)?;
        let extents = self.extents(input)?;
        same("conv2d", gradient, &[extents.count, self.spec.out_channels, extents.rows, extents.columns])?;
        let mut back = Tensor::zeros(input.shape());
        let mut weights = self.weight_gradient.clone();
        for (at, dy) in self.outputs(&extents).zip(gradient.data()) {
            self.visit(&extents, at, |pixel, weight| {
                weights.data_mut()[weight] += input.data()[pixel] * dy;
                back.data_mut()[pixel] += self.weight.data()[weight] * dy;
            });
            if let Some(bias) = &mut self.bias_gradient {
                bias.data_mut()[at[1] as usize] += dy;
            }
        }
        self.weight_gradient = weights;
        Ok(back)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        let mut gradients = vec![&self.weight_gradient];
        gradients.extend(&self.bias_gradient);
        gradients
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        let mut gradients = vec![&mut self.weight_gradient];
        gradients.extend(&mut self.bias_gradient);
        gradients
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_gradients;

    #[test]
    fn a_kernel_is_laid_over_the_image_and_not_flipped() {
        let spec = Conv2dSpec {
            in_channels: 1,
            out_channels: 1,
            kernel: (2, 2),
            stride: (1, 2),
            padding: (0, 1),
            bias: true,
        };
        let mut conv = Conv2d::new(spec, &mut Rng::new(1));
        *conv.parameters_mut()[0] = Tensor::new([1, 1, 2, 2], vec![1.0, 10.0, 100.0, 1000.0]).unwrap();
        *conv.parameters_mut()[1] = Tensor::new([1], vec![0.5]).unwrap();
        let input = Tensor::new([1, 1, 2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        let output = conv.forward(&input, Mode::Inference).unwrap();
        assert_eq!(output, Tensor::new([1, 1, 1, 2], vec![4010.5, 6532.5]).unwrap());
    }

    #[test]
    fn gradients_are_right() {
        for (kernel, stride, padding) in [
            ((1, 1), (1, 1), (0, 0)),
            ((3, 3), (1, 1), (1, 1)),
            ((2, 3), (1, 2), (0, 2)),
            ((3, 1), (2, 2), (4, 0)),
        ] {
            let spec = Conv2dSpec { in_channels: 2, out_channels: 3, kernel, stride, padding, bias: true };
            check_gradients(Conv2d::new(spec, &mut Rng::new(3)), &[2, 2, 4, 5], 0.5);
        }
    }
}
