//! The plain loops that a student writes first, all of them right: the textbook yardstick.
//!
//! Nothing here is fast on purpose or slow on purpose. Layers of later milestones are refused with `unsupported`.

mod activation;
mod conv2d;
mod dense;
mod flatten;
mod pool2d;
mod window;

use tinytorch::{Fault, Layer, LayerSpec, Layers, Rng, Sequential};

use activation::{Relu, Sigmoid, Softmax, Tanh};
use conv2d::Conv2d;
use dense::Dense;
use flatten::Flatten;
use pool2d::{AveragePool2d, MaxPool2d};

/// The layers of milestones 1 and 2.
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
            LayerSpec::Conv2d(spec) => Ok(Box::new(Conv2d::new(spec, rng))),
            LayerSpec::MaxPool2d(spec) => Ok(Box::new(MaxPool2d(spec))),
            LayerSpec::AveragePool2d(spec) => Ok(Box::new(AveragePool2d(spec))),
            other => Err(Fault::unsupported(format!("{other}: not written yet"))),
        }
    }
}

tinytorch::export_inference!(Sequential<Textbook>);
