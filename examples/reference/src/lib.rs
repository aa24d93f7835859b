//! A good implementation of milestone 1: the optimized yardstick, and what a full mark looks like.
//!
//! Safe Rust that LLVM vectorises by itself. Layers of later milestones are refused with `unsupported`.

mod activation;
mod dense;
mod flatten;
mod gemm;

use tinytorch::{Fault, Layer, LayerSpec, Layers, Rng, Sequential};

use activation::{Relu, Sigmoid, Softmax, Tanh};
use dense::Dense;
use flatten::Flatten;

/// The layers of milestone 1.
pub struct Reference;

impl Layers for Reference {
    fn layer(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
        Ok(match *spec {
            LayerSpec::Dense(spec) => Box::new(Dense::new(spec, rng)?),
            LayerSpec::Relu => Box::new(Relu),
            LayerSpec::Sigmoid => Box::new(Sigmoid),
            LayerSpec::Tanh => Box::new(Tanh),
            LayerSpec::Softmax => Box::new(Softmax),
            LayerSpec::Flatten => Box::new(Flatten),
            other => return Err(Fault::unsupported(format!("{other}: not a layer of milestone 1"))),
        })
    }
}

tinytorch::export_inference!(Sequential<Reference>);
