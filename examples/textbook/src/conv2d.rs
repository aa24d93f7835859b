//! The two-dimensional convolution, as seven loops.

use tinytorch::{Conv2dSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::window::{images, places};

/// Cross-correlation over NCHW with zeros around the image.
pub(crate) struct Conv2d {
    spec: Conv2dSpec,
    weight: Tensor,
    bias: Option<Tensor>,
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
            bias: if spec.bias { Some(Tensor::zeros([spec.out_channels])) } else { None },
        }
    }
}

impl Layer for Conv2d {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let [count, channels, height, width] = images("conv2d", input)?;
        let Conv2dSpec { kernel, stride, padding, .. } = self.spec;
        if channels != self.spec.in_channels {
            let wanted = self.spec.in_channels;
            return Err(Fault::shape_mismatch(format!("conv2d: {wanted} channels wanted, {channels} given")));
        }
        let rows = places("conv2d", height, kernel.0, stride.0, padding.0)?;
        let columns = places("conv2d", width, kernel.1, stride.1, padding.1)?;
        let outputs = self.spec.out_channels;
        let mut output = Vec::new();
        for n in 0..count {
            for o in 0..outputs {
                for i in 0..rows {
                    for j in 0..columns {
                        let mut sum = 0.0;
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
                                    sum += input.data()[pixel as usize] * self.weight.data()[weight as usize];
                                }
                            }
                        }
                        if let Some(bias) = &self.bias {
                            sum += bias.data()[o as usize];
                        }
                        output.push(sum);
                    }
                }
            }
        }
        Tensor::new([count, outputs, rows, columns], output)
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
