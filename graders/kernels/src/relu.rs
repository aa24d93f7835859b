//! Rectifier: `max(x, 0)`, element by element.

use tito_tensor::Tensor;

use crate::{Judged, Wide, elementwise};

/// The rectifier in f64, in the shape of its input. Nothing is rounded, so answers must be equal.
pub fn oracle(input: &Wide) -> Judged {
    Judged::exact(input.map(|x| if x < 0.0 { 0.0 } else { x }))
}

/// The rectifier in f32, in the shape of its input. NaN stays NaN, so that it is seen where it came from.
pub fn native(input: &Tensor) -> Tensor {
    elementwise::map(input, |x| if x < 0.0 { 0.0 } else { x })
}
