//! The dense layer, its product replaceable.

use tinytorch::{DenseSpec, Fault, Layer, Mode, Rng, Tensor};

/// y = x W + b over the last axis, by plain loops unless a guest says otherwise.
pub struct Dense {
    /// Width of the input.
    pub inputs: usize,
    /// Width of the output.
    pub outputs: usize,
    /// [inputs, outputs]
    pub weight: Tensor,
    /// [outputs]
    pub bias: Option<Tensor>,
    /// Whether an input has the right shape.
    pub check: fn(&Self, &Tensor) -> Result<(), Fault>,
    /// The elements of the output, row by row.
    pub product: fn(&Self, &Tensor) -> Vec<f32>,
}

impl Dense {
    /// The right layer: weights from N(0, 1 / inputs), a bias of 0.
    pub fn new(spec: &DenseSpec, rng: &mut Rng) -> Self {
        let deviation = (1.0 / spec.inputs as f32).sqrt();
        let weight = Tensor::from_fn([spec.inputs, spec.outputs], || rng.normal() * deviation);
        Self { weight, ..Self::zeros(spec) }
    }

    /// The layer before its weights are drawn.
    pub fn zeros(spec: &DenseSpec) -> Self {
        Self {
            inputs: spec.inputs as usize,
            outputs: spec.outputs as usize,
            weight: Tensor::zeros([spec.inputs, spec.outputs]),
            bias: spec.bias.then(|| Tensor::zeros([spec.outputs])),
            check: Self::fits,
            product: Self::right,
        }
    }

    /// The layer with another product.
    pub fn computing(
        spec: &DenseSpec,
        rng: &mut Rng,
        product: fn(&Self, &Tensor) -> Vec<f32>,
    ) -> Box<dyn Layer> {
        Box::new(Self { product, ..Self::new(spec, rng) })
    }

    /// The right product.
    pub fn right(&self, input: &Tensor) -> Vec<f32> {
        self.sums(input, |row, output| self.product(row, output) + self.bias(output))
    }

    /// A row of the input, or its beginning, times the weights of one output.
    pub fn product(&self, row: &[f32], output: usize) -> f32 {
        row.iter().enumerate().map(|(i, x)| x * self.weight(i, output)).sum()
    }

    /// Whether the last axis of an input is as wide as the layer wants.
    fn fits(&self, input: &Tensor) -> Result<(), Fault> {
        if input.shape().is_empty() || input.width() != self.inputs {
            return Err(Fault::shape_mismatch("dense: the last axis has another width"));
        }
        Ok(())
    }

    /// The output whose elements are `sum` of a row of the input and the place in the row of the output.
    pub fn sums(&self, input: &Tensor, sum: impl Fn(&[f32], usize) -> f32) -> Vec<f32> {
        let mut elements = Vec::new();
        for row in input.rows() {
            elements.extend((0..self.outputs).map(|output| sum(row, output)));
        }
        elements
    }

    /// The weight from an input to an output.
    pub fn weight(&self, input: usize, output: usize) -> f32 {
        self.weight.data()[input * self.outputs + output]
    }

    /// The bias of an output.
    pub fn bias(&self, output: usize) -> f32 {
        self.bias.as_ref().map_or(0.0, |bias| bias.data()[output])
    }
}

impl Layer for Dense {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        (self.check)(self, input)?;
        let mut shape = input.shape().to_vec();
        shape.pop();
        shape.push(self.outputs as u32);
        Tensor::new(shape, (self.product)(self, input))
    }

    fn parameters(&self) -> Vec<&Tensor> {
        [&self.weight].into_iter().chain(&self.bias).collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        [&mut self.weight].into_iter().chain(&mut self.bias).collect()
    }
}
