//! The convolution, its parts replaceable.

use tinytorch::{Conv2dSpec, Fault, Layer, Mode, Rng, Tensor};

use crate::images::{Images, Window, beside, pool_of};

/// Cross-correlation by plain loops, unless a guest says otherwise.
pub struct Conv2d {
    /// The window.
    pub window: Window,
    /// Channels of the input.
    pub channels: usize,
    /// Channels of the output.
    pub outputs: usize,
    /// [outputs, channels, kernel height, kernel width]
    pub weight: Tensor,
    /// [outputs]
    pub bias: Option<Tensor>,
    /// The weight for an output, a channel, and an offset in the window.
    pub weight_at: fn(&Self, usize, usize, [usize; 2]) -> f32,
    /// The bias of an output.
    pub bias_at: fn(&Self, usize) -> f32,
    /// The whole answer.
    pub answer: fn(&Self, &Images) -> Result<Tensor, Fault>,
}

impl Conv2d {
    /// The right layer: weights from N(0, 2 / fan-in), a bias of 0.
    ///
    /// # Errors
    ///
    /// As [`Window::new`].
    pub fn new(spec: &Conv2dSpec, rng: &mut Rng) -> Result<Self, Fault> {
        let zeros = Self::zeros(spec)?;
        let deviation = (2.0 / (zeros.channels * zeros.window.area()) as f32).sqrt();
        let weight = zeros.weight.map(|_| rng.normal() * deviation);
        Ok(Self { weight, ..zeros })
    }

    /// The layer before its weights are drawn.
    ///
    /// # Errors
    ///
    /// As [`Window::new`].
    pub fn zeros(spec: &Conv2dSpec) -> Result<Self, Fault> {
        let window = Window::new(&pool_of(spec))?;
        let shape = [spec.out_channels, spec.in_channels, spec.kernel.0, spec.kernel.1];
        Ok(Self {
            window,
            channels: spec.in_channels as usize,
            outputs: spec.out_channels as usize,
            weight: Tensor::zeros(shape),
            bias: spec.bias.then(|| Tensor::zeros([spec.out_channels])),
            weight_at: Self::weight_at,
            bias_at: Self::bias_at,
            answer: Self::right,
        })
    }

    /// The layer with other weights than it is given.
    ///
    /// # Errors
    ///
    /// As [`Window::new`].
    pub fn weighing(
        spec: &Conv2dSpec,
        rng: &mut Rng,
        weight_at: fn(&Self, usize, usize, [usize; 2]) -> f32,
    ) -> Result<Box<dyn Layer>, Fault> {
        Ok(Box::new(Self { weight_at, ..Self::new(spec, rng)? }))
    }

    /// The layer with another way to its answer.
    ///
    /// # Errors
    ///
    /// As [`Window::new`].
    pub fn computing(
        spec: &Conv2dSpec,
        rng: &mut Rng,
        answer: fn(&Self, &Images) -> Result<Tensor, Fault>,
    ) -> Result<Box<dyn Layer>, Fault> {
        Ok(Box::new(Self { answer, ..Self::new(spec, rng)? }))
    }

    /// The right weight.
    pub fn weight_at(&self, output: usize, channel: usize, [y, x]: [usize; 2]) -> f32 {
        let [height, width] = self.window.kernel;
        self.weight.data()[((output * self.channels + channel) * height + y) * width + x]
    }

    /// The right bias.
    pub fn bias_at(&self, output: usize) -> f32 {
        self.bias.as_ref().map_or(0.0, |bias| bias.data()[output])
    }

    /// The right answer.
    ///
    /// # Errors
    ///
    /// As [`Window::places`].
    pub fn right(&self, images: &Images) -> Result<Tensor, Fault> {
        self.window.sweep(images, self.outputs, |n, o, corner| {
            let mut sum = (self.bias_at)(self, o);
            for c in 0..self.channels {
                for offset in self.window.offsets() {
                    let seen = images.at(n, c, beside(corner, offset)).unwrap_or(0.0);
                    sum += (self.weight_at)(self, o, c, offset) * seen;
                }
            }
            sum
        })
    }
}

impl Layer for Conv2d {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        let images = Images::of(input)?;
        if images.shape[1] != self.channels {
            return Err(Fault::shape_mismatch("conv2d: other channels"));
        }
        (self.answer)(self, &images)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        [&self.weight].into_iter().chain(&self.bias).collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        [&mut self.weight].into_iter().chain(&mut self.bias).collect()
    }
}
