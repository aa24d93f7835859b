//! The names of the contract's interfaces, as components spell them.

/// The interface that every milestone needs.
pub const MODELS: &str = "tinytorch:framework/models@0.1.0";

/// Everything that a component may import. The first two hold types alone; the others are provided by the host.
pub const ALLOWED_IMPORTS: [&str; 4] = [
    "tinytorch:framework/tensors@0.1.0",
    "tinytorch:framework/layers@0.1.0",
    "tinytorch:framework/datasets@0.1.0",
    "tinytorch:framework/telemetry@0.1.0",
];
