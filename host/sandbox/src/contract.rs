//! The contract's types and calls, generated from `wit/` by wasmtime.
//!
//! The world `learning` holds every import that the contract has; exports are looked up one interface at a
//! time, so that a component of any of the three worlds is served.
#![expect(
    missing_docs,
    reason = "the contract's own comments in wit/ are the documentation of what is generated"
)]

wasmtime::component::bindgen!({
    path: "../../wit/since_v0.1.0",
    world: "learning",
    ownership: Borrowing { duplicate_if_necessary: true },
    additional_derives: [PartialEq],
    imports: { default: trappable },
});

pub(crate) use self::{
    exports::tinytorch::framework::models,
    tinytorch::framework::{datasets, layers, telemetry, tensors},
};
