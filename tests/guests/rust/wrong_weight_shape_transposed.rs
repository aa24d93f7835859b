//! Keeps the weight as [outputs, inputs], and wants it so from `load`.
//!
//! expect: fails dense, dense-without-bias, dense-rank-3, composition, parameter-order, load-exact
//! expect: fails independence, repeatability, wrong-shapes, mnist-mlp, mnist-cnn, memory-efficiency
//! expect: told weight-shape-transposed, weight-transposed

use guests::{Dense, DenseSpec, Fault, Layer, LayerSpec, Mode, Rng, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Transposed::boxed(spec, rng)),
    other => right(other, rng),
});

struct Transposed {
    dense: Dense,
    /// [outputs, inputs]
    weight: Tensor,
}

impl Transposed {
    fn boxed(spec: &DenseSpec, rng: &mut Rng) -> Box<dyn Layer> {
        let dense = Dense::new(spec, rng);
        let weight = transposed(&dense.weight);
        Box::new(Self { dense, weight })
    }
}

impl Layer for Transposed {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        self.dense.weight = transposed(&self.weight);
        self.dense.forward(input, mode)
    }

    fn parameters(&self) -> Vec<&Tensor> {
        [&self.weight].into_iter().chain(&self.dense.bias).collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        [&mut self.weight].into_iter().chain(&mut self.dense.bias).collect()
    }
}

fn transposed(matrix: &Tensor) -> Tensor {
    let (rows, columns) = (matrix.shape()[0], matrix.shape()[1]);
    let mut places = (0..rows * columns).map(|at| at % rows * columns + at / rows);
    Tensor::from_fn([columns, rows], || places.next().map_or(0.0, |at| matrix.data()[at as usize]))
}
