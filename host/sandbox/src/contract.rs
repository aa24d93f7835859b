//! The contract's types and calls, generated from `wit/` by wasmtime.
//!
//! The world `language` holds every import and export that the contract has; exports are looked up one interface at a
//! time, so that a component of any of the three worlds is served.
#![expect(
    missing_docs,
    reason = "the contract's own comments in wit/ are the documentation of what is generated"
)]

/// The interfaces whose types also travel between processes: they alone can be read back, since nothing in them is
/// borrowed.
mod plain {
    wasmtime::component::bindgen!({
        path: "../../wit/since_v0.1.0",
        inline: "
            package tito:plain;
            world plain {
                import tinytorch:framework/layers@0.1.0;
                import tinytorch:framework/telemetry@0.1.0;
            }
        ",
        world: "tito:plain/plain",
        additional_derives: [PartialEq, serde::Serialize, serde::Deserialize],
        imports: { default: trappable },
    });
}

wasmtime::component::bindgen!({
    path: "../../wit/since_v0.1.0",
    world: "language",
    ownership: Borrowing { duplicate_if_necessary: true },
    additional_derives: [PartialEq],
    imports: { default: trappable },
    with: {
        "tinytorch:framework/layers": plain::tinytorch::framework::layers,
        "tinytorch:framework/telemetry": plain::tinytorch::framework::telemetry,
    },
});

pub(crate) use self::{
    exports::tinytorch::framework::{checkpoints, generation, losses, models, optimizers, training},
    plain::tinytorch::framework::{layers, telemetry},
    tinytorch::framework::{datasets, tensors},
};
