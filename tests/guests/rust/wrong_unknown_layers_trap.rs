//! Panics where a layer is not written yet.
//!
//! expect: fails unknown-layers, impossible-sizes
//! expect: told impossible-layer-traps, unknown-layer-traps
//! expect: trap unreachable

use guests::{export_layers, right};

export_layers!(|spec, rng| match right(spec, rng) {
    Ok(layer) => Ok(layer),
    Err(fault) => panic!("{fault}"),
});
