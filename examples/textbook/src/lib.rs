//! The plain loops that a student writes first, all of them right: the textbook yardstick.
//!
//! Nothing here is fast on purpose or slow on purpose. Layers of later milestones are refused with `unsupported`.

mod activation;
mod dense;
mod flatten;

use tinytorch::{Fault, Layer, LayerSpec, Layers, Rng, Sequential};

use activation::{Relu, Sigmoid, Softmax, Tanh};
use dense::Dense;
use flatten::Flatten;

/// The layers of milestone 1.
pub struct Textbook;

impl Layers for Textbook {
    fn layer(spec: &LayerSpec, rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
        match *spec {
            LayerSpec::Dense(spec) => Ok(Box::new(Dense::new(spec, rng))),
            LayerSpec::Relu => Ok(Box::new(Relu)),
            LayerSpec::Sigmoid => Ok(Box::new(Sigmoid)),
            LayerSpec::Tanh => Ok(Box::new(Tanh)),
            LayerSpec::Softmax => Ok(Box::new(Softmax)),
            LayerSpec::Flatten => Ok(Box::new(Flatten)),
            other => Err(Fault::unsupported(format!("{other}: not written yet"))),
        }
    }
}

tinytorch::export_inference!(Sequential<Textbook>);
