//! A layer with a way back: any layer that goes forward, and a function that gives its slopes.

use tinytorch::{Fault, Layer, Mode, Tensor};

/// What there is to go back from: the last training pass.
pub struct Pass<'a> {
    /// The layer's parameters.
    pub parameters: Vec<&'a Tensor>,
    /// What it was given.
    pub input: &'a Tensor,
    /// What it answered.
    pub output: &'a Tensor,
    /// The gradient with respect to its answer, of the same shape.
    pub gradient: &'a Tensor,
}

/// The gradients of one pass.
pub struct Slopes {
    /// With respect to the input.
    pub input: Tensor,
    /// With respect to each parameter.
    pub parameters: Vec<Tensor>,
}

impl Slopes {
    /// Those of a layer without parameters.
    pub fn alone(input: Tensor) -> Self {
        Self { input, parameters: Vec::new() }
    }
}

/// A function that gives the slopes of a pass.
pub type Back = Box<dyn Fn(&Pass) -> Result<Slopes, Fault>>;

/// A layer with a way back. What is public may be replaced before it is used.
pub struct WayBack {
    /// The way forward.
    pub layer: Box<dyn Layer>,
    /// The way back.
    pub back: Back,
    /// Whether a pass in this mode is what `backward` goes back from: one in training.
    pub keeps: Box<dyn Fn(Mode) -> bool>,
    /// What becomes of a gradient when there is another one: their sum.
    pub accumulate: fn(&mut f32, f32),
    kept: Option<[Tensor; 2]>,
    gradients: Vec<Tensor>,
}

impl WayBack {
    /// A layer and its slopes.
    pub fn new(layer: Box<dyn Layer>, back: impl Fn(&Pass) -> Result<Slopes, Fault> + 'static) -> Self {
        let gradients = layer.parameters().into_iter().map(|parameter| parameter.map(|_| 0.0)).collect();
        Self {
            layer,
            back: Box::new(back),
            keeps: Box::new(|mode| mode == Mode::Training),
            accumulate: |sum, gradient| *sum += gradient,
            kept: None,
            gradients,
        }
    }

    /// The same, boxed as a layer.
    pub fn boxed(
        layer: Box<dyn Layer>,
        back: impl Fn(&Pass) -> Result<Slopes, Fault> + 'static,
    ) -> Box<dyn Layer> {
        Box::new(Self::new(layer, back))
    }
}

impl Layer for WayBack {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let output = self.layer.forward(input, mode)?;
        if (self.keeps)(mode) {
            self.kept = Some([input.clone(), output.clone()]);
        }
        Ok(output)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.layer.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.layer.parameters_mut()
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        let Some([input, output]) = &self.kept else {
            return Err(Fault::invalid_argument("backward before a forward pass in training"));
        };
        if gradient.shape() != output.shape() {
            return Err(Fault::shape_mismatch("backward: a gradient of another shape than the output"));
        }
        let slopes = (self.back)(&Pass { parameters: self.layer.parameters(), input, output, gradient })?;
        for (sums, slopes) in self.gradients.iter_mut().zip(&slopes.parameters) {
            sums.data_mut()
                .iter_mut()
                .zip(slopes.data())
                .for_each(|(sum, slope)| (self.accumulate)(sum, *slope));
        }
        Ok(slopes.input)
    }

    fn gradients(&self) -> Vec<&Tensor> {
        self.gradients.iter().collect()
    }

    fn gradients_mut(&mut self) -> Vec<&mut Tensor> {
        self.gradients.iter_mut().collect()
    }

    fn state(&self) -> Vec<u8> {
        self.layer.state()
    }

    fn set_state(&mut self, state: &[u8]) -> Result<(), Fault> {
        self.layer.set_state(state)
    }
}
