//! Gradient clipping by global norm (Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural
//! networks*, 2013, algorithm 1): if all gradients together are longer than allowed, all are scaled to that length.

use tito_tensor::Tensor;

use crate::{Judged, UNIT_ROUNDOFF, Wide, tolerance};

/// The gradients, no longer than `most` together, in f64.
///
/// The gauge is the magnitude of each; the terms are the elements of all, whose squares are summed. Where gradients are
/// clipped it is wider by what `PyTorch` adds to the norm, 10⁻⁶, so that both formulas pass.
pub fn oracle(gradients: &[Wide], most: f32) -> Vec<Judged> {
    let squares: f64 = gradients.iter().flat_map(Wide::data).map(|g| g * g).sum();
    let terms = gradients.iter().map(|g| g.data().len()).sum::<usize>() + 1;
    let norm = libm::sqrt(squares);
    let scale = scale(norm, f64::from(most));
    let added = if scale < 1.0 { 1e-6 / norm / (tolerance(terms) * UNIT_ROUNDOFF) } else { 0.0 };
    let scaled = |gradient: &Wide| {
        let value = gradient.map(|g| g * scale);
        let gauge = value.data().iter().map(|g| g.abs() * (1.0 + added)).collect();
        Judged { value, gauge, terms }
    };
    gradients.iter().map(scaled).collect()
}

/// The same in f32, in place; the squares are summed in f64.
pub fn native(gradients: &mut [Tensor], most: f32) {
    let squares: f64 = gradients.iter().flat_map(Tensor::data).map(|&g| f64::from(g) * f64::from(g)).sum();
    let scale = scale(libm::sqrt(squares), f64::from(most)) as f32;
    if scale < 1.0 {
        gradients.iter_mut().flat_map(Tensor::data_mut).for_each(|g| *g *= scale);
    }
}

fn scale(norm: f64, most: f64) -> f64 {
    if norm > most { most / norm } else { 1.0 }
}
