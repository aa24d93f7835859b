//! Panics where an input has the wrong width.
//!
//! expect: fails wrong-shapes
//! expect: told wrong-shape-traps
//! expect: trap unreachable

use guests::{Dense, Fault, LayerSpec, Tensor, export_layers, right};

export_layers!(|spec, rng| match spec {
    LayerSpec::Dense(spec) => Ok(Box::new(Dense { check: asserted, ..Dense::new(spec, rng) })),
    other => right(other, rng),
});

fn asserted(dense: &Dense, input: &Tensor) -> Result<(), Fault> {
    assert_eq!(input.width(), dense.inputs);
    Ok(())
}
