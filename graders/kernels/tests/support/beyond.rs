//! What is beyond its bound, and what should be.

use tito_kernels::Judged;

use crate::bounds::worst;

#[track_caller]
pub(crate) fn wrong(what: &str, judged: &Judged, got: &[f32]) {
    let worst = worst(judged, got);
    println!("wrong, {what}: {worst:.1}");
    assert!(worst > 1.0, "{what} is wrong, but only {worst} times the bound");
}

/// Rounded to the eleven significant bits of a half.
pub(crate) fn halves(values: &[f32]) -> Vec<f32> {
    values.iter().map(|x| f32::from_bits((x.to_bits() + 0x1000) & !0x1FFF)).collect()
}
