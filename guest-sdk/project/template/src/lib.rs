//! PROJECT: a deep-learning framework of my own.
//!
//! TODO: say here, in your own words, how it is organised. The structure of the code is part of the grade.

use tinytorch::{Fault, Layer, LayerSpec, Layers, Mode, Rng, Sequential, Tensor};

/// The layers that this framework has.
pub struct Framework;

impl Layers for Framework {
    fn layer(spec: &LayerSpec, _rng: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
        Ok(match *spec {
            // TODO: give the layer its description and the random numbers: `Dense::new(spec, rng)`.
            LayerSpec::Dense(_spec) => Box::new(Dense),
            LayerSpec::Relu => Box::new(Relu),
            LayerSpec::Sigmoid => Box::new(Sigmoid),
            LayerSpec::Tanh => Box::new(Tanh),
            LayerSpec::Softmax => Box::new(Softmax),
            LayerSpec::Flatten => Box::new(Flatten),
            // Saying that something is not there yet is an answer; a panic would cost the whole model.
            other => return Err(Fault::unsupported(format!("{other}: not written yet"))),
        })
    }
}

// TODO, milestone 3: `impl Learning for Framework` and `tinytorch::export_learning!(Framework);` instead.
tinytorch::export_inference!(Sequential<Framework>);

/// y = x W + b over the last axis; any number of axes may stand before it.
///
/// TODO: fields for the weight [inputs, outputs], drawn from a normal distribution with mean 0 and variance 1 / inputs,
/// and for the bias [outputs], which is 0 at first and missing where `spec.bias` is false. List them, weight first, in
/// `parameters` and `parameters_mut`. An input whose last axis is not `inputs` long is a `Fault::shape_mismatch`.
struct Dense;

impl Layer for Dense {
    fn forward(&mut self, _input: &Tensor, _mode: Mode) -> Result<Tensor, Fault> {
        Err(Fault::unsupported("dense: not written yet"))
    }
}

/// max(x, 0)
///
/// TODO: `Tensor::map` does it in a line. So it does for the next two.
struct Relu;

impl Layer for Relu {
    fn forward(&mut self, _input: &Tensor, _mode: Mode) -> Result<Tensor, Fault> {
        Err(Fault::unsupported("relu: not written yet"))
    }
}

/// 1 / (1 + e^-x)
///
/// TODO: what is e^-x for x = -1000, and what is 1 / (1 + that)? And e^x / (1 + e^x), for x = 1000?
struct Sigmoid;

impl Layer for Sigmoid {
    fn forward(&mut self, _input: &Tensor, _mode: Mode) -> Result<Tensor, Fault> {
        Err(Fault::unsupported("sigmoid: not written yet"))
    }
}

/// The hyperbolic tangent.
///
/// TODO: by formula it has the same trouble as the sigmoid.
struct Tanh;

impl Layer for Tanh {
    fn forward(&mut self, _input: &Tensor, _mode: Mode) -> Result<Tensor, Fault> {
        Err(Fault::unsupported("tanh: not written yet"))
    }
}

/// e^x over the sum of e^x along the last axis.
///
/// TODO: `Tensor::rows_mut` goes along the last axis. Which number can be subtracted from a whole row without changing
/// the quotient, so that no power overflows?
struct Softmax;

impl Layer for Softmax {
    fn forward(&mut self, _input: &Tensor, _mode: Mode) -> Result<Tensor, Fault> {
        Err(Fault::unsupported("softmax: not written yet"))
    }
}

/// [N, ...] to [N, product of the rest].
///
/// TODO: the elements stay where they are; only the shape is new.
struct Flatten;

impl Layer for Flatten {
    fn forward(&mut self, _input: &Tensor, _mode: Mode) -> Result<Tensor, Fault> {
        Err(Fault::unsupported("flatten: not written yet"))
    }
}
