//! The two-dimensional convolution: each image is unfolded into columns, and the rest is a matrix product.

use tinytorch::{Conv2dSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::{
    gemm,
    kept::{Kept, alike},
    sum::sum,
    weights::Weights,
    window::{Sweep, Window},
};

/// Cross-correlation over NCHW with zeros around the image.
pub(crate) struct Conv2d {
    window: Window,
    /// The weight is [outputs, channels, kernel height, kernel width], the bias [outputs].
    weights: Weights,
    gradients: Weights,
    input: Kept,
}

impl Conv2d {
    /// Weights from N(0, 2 / fan-in), which keeps the variance through rectifiers (He and others, "Delving Deep into
    /// Rectifiers", 2015, §2.2), and a bias of 0.
    pub(crate) fn new(spec: Conv2dSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let window = Window::new("conv2d", spec.kernel, spec.stride, spec.padding)?;
        if spec.in_channels == 0 || spec.out_channels == 0 {
            return Err(Fault::invalid_argument("conv2d: a layer needs channels on both sides"));
        }
        let fan_in = spec.in_channels as usize * window.area();
        let deviation = (2.0 / fan_in as f32).sqrt();
        let shape = [spec.out_channels, spec.in_channels, spec.kernel.0, spec.kernel.1];
        let weights = Weights {
            weight: Tensor::from_fn(shape, || deviation * rng.normal()),
            bias: spec.bias.then(|| Tensor::zeros([spec.out_channels])),
        };
        Ok(Self { window, gradients: weights.zeros(), weights, input: Kept::default() })
    }

    /// The places on these images, and the layer's outputs.
    fn sweep(&self, input: &Tensor) -> Result<(Sweep, usize), Fault> {
        let &[outputs, channels, ..] = self.weights.weight.shape() else {
            unreachable!("a weight has four axes")
        };
        let sweep = self.window.sweep("conv2d", input)?;
        if sweep.channels != channels as usize {
            let found = input.shape();
            return Err(Fault::shape_mismatch(format!(
                "conv2d: {channels} channels wanted, shape {found:?} given"
            )));
        }
        Ok((sweep, outputs as usize))
    }

    /// Zeros for the columns [channels × kernel, places] of one image.
    fn columns(&self, sweep: &Sweep) -> Vec<f32> {
        vec![0.0; sweep.channels * self.window.area() * sweep.sites()]
    }

    /// The columns of one image. Places in the padding keep the zero that they have.
    fn unfold(&self, sweep: &Sweep, image: &[f32], columns: &mut [f32]) {
        let columns = columns.chunks_exact_mut(sweep.sites());
        for (column, (channel, at)) in columns.zip(self.window.weights(sweep)) {
            let plane = &image[channel * sweep.plane()..][..sweep.plane()];
            self.window.runs(sweep, at, |seen, places| {
                copy(&plane[seen], &mut column[places], self.window.stride[1]);
            });
        }
    }

    /// The way back: what columns say of the elements that they were copied from is added up there.
    fn fold(&self, sweep: &Sweep, columns: &[f32], image: &mut [f32]) {
        let columns = columns.chunks_exact(sweep.sites());
        for (column, (channel, at)) in columns.zip(self.window.weights(sweep)) {
            let plane = &mut image[channel * sweep.plane()..][..sweep.plane()];
            self.window.runs(sweep, at, |seen, places| {
                spread(&column[places], &mut plane[seen], self.window.stride[1]);
            });
        }
    }
}

/// Copies every `stride`-th element.
fn copy(source: &[f32], target: &mut [f32], stride: usize) {
    if stride == 1 {
        target.copy_from_slice(source);
    } else {
        target.iter_mut().zip(source.iter().step_by(stride)).for_each(|(to, from)| *to = *from);
    }
}

/// Adds to every `stride`-th element.
fn spread(source: &[f32], target: &mut [f32], stride: usize) {
    if stride == 1 {
        target.iter_mut().zip(source).for_each(|(to, from)| *to += from);
    } else {
        target.iter_mut().step_by(stride).zip(source).for_each(|(to, from)| *to += from);
    }
}

impl Layer for Conv2d {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let (sweep, outputs) = self.sweep(input)?;
        self.input.copy(input, mode);
        let mut output = Tensor::zeros(sweep.shape(outputs));
        let mut columns = self.columns(&sweep);
        let images = input.data().chunks_exact((sweep.channels * sweep.plane()).max(1));
        let answers = output.data_mut().chunks_exact_mut(outputs * sweep.sites());
        for (image, answer) in images.zip(answers) {
            self.unfold(&sweep, image, &mut columns);
            gemm::multiply(self.weights.weight.data(), &columns, sweep.sites(), answer);
            if let Some(bias) = &self.weights.bias {
                let channels = answer.chunks_exact_mut(sweep.sites()).zip(bias.data());
                channels.for_each(|(channel, bias)| channel.iter_mut().for_each(|y| *y += bias));
            }
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.weights.list()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.weights.list_mut()
    }

    /// Image by image dW = dY columnsᵀ, db the sums of the channels of dY, and dX the fold of Wᵀ dY.
    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let input = self.input.of("conv2d")?;
        let (sweep, outputs) = self.sweep(input)?;
        alike("conv2d", gradient, &sweep.shape(outputs))?;
        let mut back = Tensor::zeros(input.shape());
        let turned = gemm::transpose(self.weights.weight.data(), sweep.channels * self.window.area());
        let [mut columns, mut slopes] = [self.columns(&sweep), self.columns(&sweep)];
        let extent = (sweep.channels * sweep.plane()).max(1);
        let images = input.data().chunks_exact(extent).zip(back.data_mut().chunks_exact_mut(extent));
        for ((image, back), gradient) in images.zip(gradient.data().chunks_exact(outputs * sweep.sites())) {
            self.unfold(&sweep, image, &mut columns);
            gemm::add_transposed(gradient, &columns, sweep.sites(), self.gradients.weight.data_mut());
            if let Some(bias) = &mut self.gradients.bias {
                let channels = gradient.chunks_exact(sweep.sites()).zip(bias.data_mut());
                channels.for_each(|(channel, bias)| *bias += sum(channel));
            }
            gemm::multiply(&turned, gradient, sweep.sites(), &mut slopes);
            self.fold(&sweep, &slopes, back);
        }
        Ok(back)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        self.gradients.list()
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        self.gradients.list_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_gradients, whole};

    fn conv(kernel: (u32, u32), stride: (u32, u32), padding: (u32, u32)) -> Conv2d {
        let spec = Conv2dSpec { in_channels: 2, out_channels: 3, kernel, stride, padding, bias: true };
        let mut conv = Conv2d::new(spec, &mut Rng::new(1)).unwrap();
        let mut next = 0.0;
        for parameter in conv.parameters_mut() {
            for x in parameter.data_mut() {
                next += 1.0;
                *x = next % 7.0 - 3.0;
            }
        }
        conv
    }

    /// The seven loops of the definition.
    fn definition(conv: &Conv2d, input: &Tensor) -> Tensor {
        let Window { kernel, stride, padding } = conv.window;
        let sweep = conv.window.sweep("conv2d", input).unwrap();
        let mut output = Vec::new();
        for image in 0..sweep.images {
            for o in 0..3 {
                for site in 0..sweep.sites() {
                    let mut sum = conv.weights.bias.as_ref().unwrap().data()[o];
                    for c in 0..2 {
                        for at in 0..conv.window.area() {
                            let y = site / sweep.places[1] * stride[0] + at / kernel[1];
                            let x = site % sweep.places[1] * stride[1] + at % kernel[1];
                            let (Some(y), Some(x)) = (y.checked_sub(padding[0]), x.checked_sub(padding[1]))
                            else {
                                continue;
                            };
                            if y < sweep.extents[0] && x < sweep.extents[1] {
                                let plane = (image * 2 + c) * sweep.plane();
                                let weight =
                                    conv.weights.weight.data()[(o * 2 + c) * conv.window.area() + at];
                                sum += weight * input.data()[plane + y * sweep.extents[1] + x];
                            }
                        }
                    }
                    output.push(sum);
                }
            }
        }
        Tensor::new(sweep.shape(3), output).unwrap()
    }

    #[test]
    fn every_window_gives_what_the_definition_says() {
        for (kernel, stride, padding) in [
            ((1, 1), (1, 1), (0, 0)),
            ((3, 3), (1, 1), (1, 1)),
            ((2, 5), (1, 3), (0, 2)),
            ((3, 1), (2, 2), (4, 0)),
            ((6, 7), (1, 1), (0, 0)),
        ] {
            let mut conv = conv(kernel, stride, padding);
            let mut next = 0.0;
            let input = Tensor::from_fn([2, 2, 6, 7], || {
                next += 1.0;
                next % 5.0 - 2.0
            });
            let expected = definition(&conv, &input);
            assert_eq!(conv.forward(&input, Mode::Inference).unwrap(), expected, "{kernel:?}");
        }
    }

    #[test]
    fn gradients_are_those_of_the_definition() {
        for (kernel, stride, padding) in [
            ((1, 1), (1, 1), (0, 0)),
            ((3, 3), (1, 1), (1, 1)),
            ((2, 3), (1, 2), (0, 2)),
            ((3, 1), (2, 2), (4, 0)),
            ((4, 5), (1, 1), (0, 0)),
        ] {
            check_gradients(&mut conv(kernel, stride, padding), &whole(&[2, 2, 4, 5], 3), 0.5);
        }
    }

    #[test]
    fn what_it_cannot_work_with_is_a_fault() {
        let mut conv = conv((3, 3), (1, 1), (0, 0));
        for shape in [vec![2, 5, 5], vec![1, 3, 5, 5], vec![1, 2, 2, 5]] {
            let found = conv.forward(&Tensor::zeros(shape), Mode::Inference);
            assert!(matches!(found, Err(Fault::ShapeMismatch(_))), "{found:?}");
        }
        assert_eq!(
            conv.forward(&Tensor::zeros([0, 2, 5, 5]), Mode::Inference).unwrap().shape(),
            [0, 3, 3, 3]
        );
    }
}
