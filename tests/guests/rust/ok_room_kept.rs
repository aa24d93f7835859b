//! Right, with the room for a dense layer's sums taken in the first call and kept, so that this one costs more.
//!
//! expect: fails dense-speed, conv2d-speed

use guests::{Dense, Fault, Layer, LayerSpec, Mode, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Box::new(Roomy { dense: Dense::new(spec, rng), sums: Vec::new() })),
    other => right(other, rng),
});

struct Roomy {
    dense: Dense,
    /// Room for a row of the output, and much more besides.
    sums: Vec<f32>,
}

impl Layer for Roomy {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        (self.dense.check)(&self.dense, input)?;
        let outputs = self.dense.outputs;
        if self.sums.is_empty() {
            self.sums = (0..1_000_000).map(|i| (i % 7) as f32).collect();
        }
        let mut elements = Vec::new();
        for row in input.rows() {
            let sums = &mut self.sums[..outputs];
            sums.fill(0.0);
            for (x, weights) in row.iter().zip(self.dense.weight.data().chunks_exact(outputs)) {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += x * weight);
            }
            elements.extend((0..outputs).map(|output| sums[output] + self.dense.bias(output)));
        }
        let mut shape = input.shape().to_vec();
        shape.pop();
        shape.push(outputs as u32);
        Tensor::new(shape, elements)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.dense.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.dense.parameters_mut()
    }
}
