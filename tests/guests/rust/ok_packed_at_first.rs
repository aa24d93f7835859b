//! Right, with the weight turned around once, in the first call after it was loaded.
//!
//! expect: fails dense-speed, conv2d-speed

use guests::{Dense, Fault, Layer, LayerSpec, Mode, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Box::new(Packed { dense: Dense::new(spec, rng), columns: Vec::new() })),
    other => right(other, rng),
});

struct Packed {
    dense: Dense,
    /// The weight's columns one after the other, once they are there.
    columns: Vec<f32>,
}

impl Layer for Packed {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        (self.dense.check)(&self.dense, input)?;
        let (inputs, outputs) = (self.dense.inputs, self.dense.outputs);
        if self.columns.is_empty() {
            let column = |output| (0..inputs).map(move |i| (i, output));
            let dense = &self.dense;
            self.columns = (0..outputs).flat_map(column).map(|(i, output)| dense.weight(i, output)).collect();
        }
        let mut elements = Vec::new();
        for row in input.rows() {
            for (output, column) in self.columns.chunks_exact(inputs).enumerate() {
                let sum: f32 = row.iter().zip(column).map(|(x, weight)| x * weight).sum();
                elements.push(sum + self.dense.bias(output));
            }
        }
        let mut shape = input.shape().to_vec();
        shape.pop();
        shape.push(outputs as u32);
        Tensor::new(shape, elements)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.dense.parameters()
    }

    /// Whoever may change the weight makes what was made of it worthless.
    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.columns.clear();
        self.dense.parameters_mut()
    }
}
