//! Tanh is infinity over infinity for large inputs.
//!
//! expect: fails saturation
//! expect: told tanh-overflow

use guests::{LayerSpec, elementwise, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Tanh => Ok(elementwise(tanh)),
    other => right(other, rng),
});

fn tanh(x: f32) -> f32 {
    let (up, down) = (x.exp(), (-x).exp());
    (up - down) / (up + down)
}
