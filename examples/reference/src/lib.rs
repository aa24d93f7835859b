//! A good implementation of milestones 1 and 2: the optimized yardstick, and what a full mark looks like.
//!
//! Safe Rust that LLVM vectorises by itself. Layers of later milestones are refused with `unsupported`.

mod activation;
mod conv2d;
mod dense;
mod flatten;
mod gemm;
mod pool2d;
mod window;

use tinytorch::{Fault, Layer, LayerSpec, Layers, Rng, Sequential};

use activation::{Relu, Sigmoid, Softmax, Tanh};
use conv2d::Conv2d;
use dense::Dense;
use flatten::Flatten;
use pool2d::{AveragePool2d, MaxPool2d};

/// The layers of milestones 1 and 2.
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
            LayerSpec::Conv2d(spec) => Box::new(Conv2d::new(spec, rng)?),
            LayerSpec::MaxPool2d(spec) => Box::new(MaxPool2d::new(spec)?),
            LayerSpec::AveragePool2d(spec) => Box::new(AveragePool2d::new(spec)?),
            other => return Err(Fault::unsupported(format!("{other}: not a layer of milestones 1 and 2"))),
        })
    }
}

tinytorch::export_inference!(Sequential<Reference>);
