//! An answer beside its bound.

use tito_kernels::Judged;

/// The worst error as a multiple of the bound.
pub(crate) fn worst(judged: &Judged, got: &[f32]) -> f64 {
    assert_eq!(judged.value.data().len(), got.len());
    got.iter().enumerate().map(|(at, &got)| judged.excess(at, got)).fold(0.0, f64::max)
}

#[track_caller]
pub(crate) fn right(what: &str, judged: &Judged, got: &[f32]) {
    let worst = worst(judged, got);
    println!("{what}: {worst:.3}");
    assert!(worst <= 1.0, "{what} is right, but {worst} times the bound");
}
