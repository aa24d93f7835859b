//! The two-dimensional convolution: each image is unfolded into columns, and the rest is a matrix product.

use tinytorch::{Conv2dSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::{
    gemm,
    window::{Sweep, Window},
};

/// Cross-correlation over NCHW with zeros around the image.
pub(crate) struct Conv2d {
    window: Window,
    /// [outputs, channels, kernel height, kernel width]
    weight: Tensor,
    /// [outputs]
    bias: Option<Tensor>,
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
        Ok(Self {
            window,
            weight: Tensor::from_fn(shape, || deviation * rng.normal()),
            bias: spec.bias.then(|| Tensor::zeros([spec.out_channels])),
        })
    }

    /// The columns [channels × kernel, places] of one image.
    fn unfold(&self, sweep: &Sweep, image: &[f32], columns: &mut [f32]) {
        let [height, width] = self.window.kernel;
        let mut columns = columns.chunks_exact_mut(sweep.sites());
        for plane in image.chunks_exact(sweep.plane()) {
            for at in (0..height).flat_map(|y| (0..width).map(move |x| [y, x])) {
                let column = columns.next().expect("there is a column for every weight");
                self.unfold_one(sweep, plane, at, column);
            }
        }
    }

    /// What one weight meets in one channel, at every place. Places in the padding keep the zero that they have.
    fn unfold_one(&self, sweep: &Sweep, plane: &[f32], [at_y, at_x]: [usize; 2], column: &mut [f32]) {
        let [_, width] = sweep.extents;
        let [stride_y, stride_x] = self.window.stride;
        let [padding_y, padding_x] = self.window.padding;
        let inside = self.window.inside(sweep, 1, at_x);
        if inside.is_empty() {
            return;
        }
        let first = inside.start * stride_x + at_x - padding_x;
        for row in self.window.inside(sweep, 0, at_y) {
            let source = &plane[(row * stride_y + at_y - padding_y) * width..][..width];
            let target = &mut column[row * sweep.places[1]..][inside.clone()];
            if stride_x == 1 {
                target.copy_from_slice(&source[first..][..target.len()]);
            } else {
                target
                    .iter_mut()
                    .zip(source[first..].iter().step_by(stride_x))
                    .for_each(|(to, from)| *to = *from);
            }
        }
    }
}

impl Layer for Conv2d {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let &[outputs, channels, ..] = self.weight.shape() else { unreachable!("a weight has four axes") };
        let sweep = self.window.sweep("conv2d", input)?;
        if sweep.channels != channels as usize {
            let found = input.shape();
            return Err(Fault::shape_mismatch(format!(
                "conv2d: {channels} channels wanted, shape {found:?} given"
            )));
        }
        let mut output = Tensor::zeros(sweep.shape(outputs as usize));
        let mut columns = vec![0.0; sweep.channels * self.window.area() * sweep.sites()];
        let images = input.data().chunks_exact((sweep.channels * sweep.plane()).max(1));
        let answers = output.data_mut().chunks_exact_mut(outputs as usize * sweep.sites());
        for (image, answer) in images.zip(answers) {
            self.unfold(&sweep, image, &mut columns);
            gemm::multiply(self.weight.data(), &columns, sweep.sites(), answer);
            if let Some(bias) = &self.bias {
                let channels = answer.chunks_exact_mut(sweep.sites()).zip(bias.data());
                channels.for_each(|(channel, bias)| channel.iter_mut().for_each(|y| *y += bias));
            }
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        std::iter::once(&self.weight).chain(&self.bias).collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        std::iter::once(&mut self.weight).chain(&mut self.bias).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                    let mut sum = conv.bias.as_ref().unwrap().data()[o];
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
                                let weight = conv.weight.data()[(o * 2 + c) * conv.window.area() + at];
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
