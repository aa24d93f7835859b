//! Right, with a container of its own that keeps weights transposed and fuses every dense layer with the ReLU after it.
//!
//! expect: passes everything

use guests::{DenseSpec, Fault, Layer, LayerSpec, Mode, Model, Rng, Tensor, export_inference, right};

/// The layers, with every ReLU that follows a dense layer taken into it.
struct Fused(Vec<Step>);

enum Step {
    Dense(Dense),
    Other(Box<dyn Layer>),
}

struct Dense {
    spec: DenseSpec,
    /// One row an output: [outputs, inputs].
    rows: Vec<Vec<f32>>,
    bias: Vec<f32>,
    has_relu: bool,
}

impl Model for Fused {
    fn build(layers: &[LayerSpec], seed: u64) -> Result<Self, Fault> {
        let mut rng = Rng::new(seed);
        let mut steps = Vec::new();
        for spec in layers {
            match (spec, steps.last_mut()) {
                (LayerSpec::Relu, Some(Step::Dense(dense))) => dense.has_relu = true,
                (LayerSpec::Dense(spec), _) => steps.push(Step::Dense(Dense::new(*spec, &mut rng))),
                (other, _) => steps.push(Step::Other(right(other, &mut rng)?)),
            }
        }
        Ok(Self(steps))
    }

    fn parameters(&self) -> Vec<Tensor> {
        let of = |step: &Step| match step {
            Step::Dense(dense) => dense.parameters(),
            Step::Other(layer) => layer.parameters().into_iter().cloned().collect(),
        };
        self.0.iter().flat_map(of).collect()
    }

    fn load(&mut self, parameters: Vec<Tensor>) -> Result<(), Fault> {
        if !self.parameters().iter().map(Tensor::shape).eq(parameters.iter().map(Tensor::shape)) {
            return Err(Fault::shape_mismatch("load: other parameters than the model has"));
        }
        let mut parameters = parameters.into_iter();
        for step in &mut self.0 {
            match step {
                Step::Dense(dense) => dense.load(&mut parameters),
                Step::Other(layer) => {
                    layer.parameters_mut().into_iter().zip(&mut parameters).for_each(|(own, new)| *own = new);
                }
            }
        }
        Ok(())
    }

    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        self.0.iter_mut().try_fold(input.clone(), |carried, step| match step {
            Step::Dense(dense) => dense.forward(&carried),
            Step::Other(layer) => layer.forward(&carried, mode),
        })
    }
}

impl Dense {
    fn new(spec: DenseSpec, rng: &mut Rng) -> Self {
        let deviation = (1.0 / spec.inputs as f32).sqrt();
        let mut row = || (0..spec.inputs).map(|_| rng.normal() * deviation).collect();
        let rows = (0..spec.outputs).map(|_| row()).collect();
        Self { spec, rows, bias: vec![0.0; spec.outputs as usize], has_relu: false }
    }

    fn parameters(&self) -> Vec<Tensor> {
        let mut places = (0..self.spec.inputs).flat_map(|i| self.rows.iter().map(move |row| row[i as usize]));
        let weight =
            Tensor::from_fn([self.spec.inputs, self.spec.outputs], || places.next().unwrap_or_default());
        let bias = self.spec.bias.then(|| Tensor::new([self.spec.outputs], self.bias.clone()).ok()).flatten();
        [weight].into_iter().chain(bias).collect()
    }

    fn load(&mut self, parameters: &mut impl Iterator<Item = Tensor>) {
        let weight = parameters.next().expect("their number was checked");
        for (i, row) in weight.rows().enumerate() {
            row.iter().zip(&mut self.rows).for_each(|(weight, own)| own[i] = *weight);
        }
        if self.spec.bias {
            self.bias = parameters.next().expect("their number was checked").data().to_vec();
        }
    }

    fn forward(&self, input: &Tensor) -> Result<Tensor, Fault> {
        let Some((width, batch)) = input.shape().split_last() else {
            return Err(Fault::shape_mismatch("dense: a scalar has no axis"));
        };
        if *width != self.spec.inputs {
            return Err(Fault::shape_mismatch("dense: the last axis has another width"));
        }
        let least = if self.has_relu { 0.0 } else { f32::NEG_INFINITY };
        let dot = |x: &[f32], row: &[f32]| x.iter().zip(row).map(|(x, w)| x * w).sum::<f32>();
        let output =
            |x| self.rows.iter().zip(&self.bias).map(move |(row, bias)| (dot(x, row) + bias).max(least));
        Tensor::new([batch, &[self.spec.outputs]].concat(), input.rows().flat_map(output).collect())
    }
}

export_inference!(Fused);
