//! GELU goes back by the derivative of its approximation by the logistic function.
//!
//! expect: fails backward-gelu
//! expect: told gelu-gradient-of-an-approximation

use guests::language::{fluent, gelu};
use guests::learning::curve;
use guests::{LayerSpec, elementwise, export_writing_layers, sigmoid};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::Gelu => Ok(curve(elementwise(gelu), |x, _| {
        let s = sigmoid(1.702 * x);
        s + 1.702 * x * s * (1.0 - s)
    })),
    _ => fluent(spec, rng),
});
