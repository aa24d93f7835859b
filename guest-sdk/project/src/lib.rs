//! A student's project in Rust: makes one, builds its core module with cargo, and turns that into a component.
//!
//! ```text
//! new ─► folder ─► Toolchain::find ─► build ─► core module ─► componentize ─► component.wasm
//! ```
//!
//! Whether the component is any good is not asked here: what is imported and exported is `tito-artifact`'s gate, what
//! it computes is `tito-judge`'s business.

mod build;
mod cargo;
mod component;
mod error;
mod new;
mod sysroot;
mod toolchain;

pub use build::{Built, build, build_examples};
pub use component::{ComponentError, componentize};
pub use error::Error;
pub use new::new;
pub use toolchain::Toolchain;
