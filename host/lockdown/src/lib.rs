//! Starts worker processes and locks them down; the only crate that speaks to the kernel by itself.
//!
//! A worker is a child with one socket and nothing else. The parent makes it with [`Child::spawn`], watches it and
//! ends it from outside; the child reads its [`Orders`], calls [`enter`] before it reads a byte of a submission,
//! loads, calls [`seal`], and serves. What the two say to each other over the socket is not known here.
//!
//! Linux alone has what this needs. On other systems the crate is empty, and a submission runs in our own process.
#![cfg(target_os = "linux")]

mod birth;
mod bounds;
mod cgroup;
mod checked;
mod child;
mod end;
mod enter;
mod filter;
mod layer;
mod limits;
mod namespaces;
mod nursery;
mod orders;
mod paths;
mod privileges;
mod process;
mod program;
mod root;
mod signals;

pub use bounds::Bounds;
pub use child::{Child, Interest, Ready};
pub use end::{Death, End};
pub use enter::{enter, seal};
pub use layer::{Layer, LayerReport, LayerState};
pub use orders::Orders;
pub use program::Program;

/// For the tests of the layers one by one; the product has no use for it.
#[doc(hidden)]
pub use enter::enter_with;
