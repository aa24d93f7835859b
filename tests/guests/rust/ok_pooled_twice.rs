//! Right, with every pooling in two passes, along rows and then along columns.
//!
//! expect: passes everything

use guests::{Fault, Layer, LayerSpec, Mode, Pool2dSpec, Tensor, export_layers, largest, pool, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::MaxPool2d(spec) => twice(spec, largest, 1.0),
    LayerSpec::AveragePool2d(spec) => {
        twice(spec, |seen, _| seen.iter().sum(), 1.0 / (spec.kernel.0 * spec.kernel.1) as f32)
    }
    other => right(other, rng),
});

struct Twice {
    rows: Box<dyn Layer>,
    columns: Box<dyn Layer>,
    scale: f32,
}

/// A window of one row, then one of one column.
fn twice(spec: &Pool2dSpec, fold: fn(&[f32], usize) -> f32, scale: f32) -> Result<Box<dyn Layer>, Fault> {
    let ((height, width), (down, along), (top, left)) = (spec.kernel, spec.stride, spec.padding);
    let rows = pool(&Pool2dSpec { kernel: (1, width), stride: (1, along), padding: (0, left) }, fold)?;
    let columns = pool(&Pool2dSpec { kernel: (height, 1), stride: (down, 1), padding: (top, 0) }, fold)?;
    Ok(Box::new(Twice { rows, columns, scale }))
}

impl Layer for Twice {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let rows = self.rows.forward(input, mode)?;
        Ok(self.columns.forward(&rows, mode)?.map(|x| x * self.scale))
    }
}
