//! The smallest submission: one ReLU, and faults for everything else.

use tinytorch::{Fault, Layer, LayerSpec, Layers, Mode, Rng, Sequential, Tensor};

/// The layers that this framework has: one.
pub struct Hello;

impl Layers for Hello {
    fn layer(spec: &LayerSpec, _: &mut Rng) -> Result<Box<dyn Layer>, Fault> {
        match spec {
            LayerSpec::Relu => Ok(Box::new(Relu)),
            other => Err(Fault::unsupported(format!("{other}: not written yet"))),
        }
    }
}

tinytorch::export_inference!(Sequential<Hello>);

/// max(x, 0)
struct Relu;

impl Layer for Relu {
    fn forward(&mut self, input: &Tensor, _: Mode) -> Result<Tensor, Fault> {
        Ok(input.map(|x| x.max(0.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tinytorch::Model;

    #[test]
    fn relu_keeps_what_is_positive() {
        let mut model = Sequential::<Hello>::build(&[LayerSpec::Relu], 0).unwrap();
        let input = Tensor::new([3], vec![-1.0, 0.0, 2.0]).unwrap();
        let output = model.forward(&input, Mode::Inference).unwrap();
        assert_eq!(output.data(), [0.0, 0.0, 2.0]);
    }

    #[test]
    fn everything_else_is_a_fault() {
        let found = Sequential::<Hello>::build(&[LayerSpec::Tanh], 0).err();
        assert_eq!(found, Some(Fault::unsupported("tanh: not written yet")));
    }
}
