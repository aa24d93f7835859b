//! Right, with the mask of dropout from an integer generator of its own, thirty-two bits a draw.
//!
//! expect: passes everything

use guests::learning::{Dropout, taught};
use guests::{LayerSpec, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dropout(probability) => {
        Ok(Box::new(Dropout { draw, ..Dropout::new(*probability, rng)? }))
    }
    _ => taught(spec, rng),
});

/// By xorshift (Marsaglia, 2003), whose state is the generator's next number.
fn draw(dropout: &mut Dropout, count: usize) -> Vec<f32> {
    let (kept, mut state) = (1.0 - dropout.probability, dropout.rng.bits() | 1);
    let threshold = (f64::from(dropout.probability) * 2.0_f64.powi(32)) as u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 32
    };
    (0..count).map(|_| if next() < threshold { 0.0 } else { 1.0 / kept }).collect()
}
