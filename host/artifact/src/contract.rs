//! The names of the contract's interfaces, as components spell them.

/// The interface that every milestone needs.
pub const MODELS: &str = "tinytorch:framework/models@0.1.0";

/// The data that the host lends to `fit`.
pub const DATASETS: &str = "tinytorch:framework/datasets@0.1.0";

/// What `fit` tells the host.
pub const TELEMETRY: &str = "tinytorch:framework/telemetry@0.1.0";

/// What a component may import of the contract. The first two hold types alone; the host provides the others.
pub const ALLOWED_IMPORTS: [&str; 4] =
    ["tinytorch:framework/tensors@0.1.0", "tinytorch:framework/layers@0.1.0", DATASETS, TELEMETRY];

/// What a component may import of WASI 0.2, in any patch of it: what runtimes ask for at their start. The host links
/// all of it and grants nothing: no files, arguments, environment or time. Sockets and HTTP are not among it.
pub const ALLOWED_WASI: [&str; 20] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

/// Whether a component may import the interface of this name.
pub(crate) fn may_import(name: &str) -> bool {
    let is_wasi = |(interface, version): (&str, &str)| {
        let patch = version.strip_prefix("0.2.").unwrap_or_default();
        ALLOWED_WASI.contains(&interface)
            && !patch.is_empty()
            && patch.bytes().all(|byte| byte.is_ascii_digit())
    };
    ALLOWED_IMPORTS.contains(&name) || name.split_once('@').is_some_and(is_wasi)
}
