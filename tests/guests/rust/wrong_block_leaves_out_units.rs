//! A transformer block that leaves out every unit of its wide layer from the 65th on: right where there are fewer, and where there
//! are more it learns as what it is.
//!
//! expect: fails transformer-block, gpt, backward-transformer-block, gpt-gradients

use guests::language::{Block, BlockSpec, block_slopes, fluent};
use guests::learning::{Pass, Slopes, WayBack};
use guests::{Fault, Layer, LayerSpec, Mode, Tensor, export_writing_layers};

const UNITS: usize = 64;

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::TransformerBlock(spec) => {
        let spec = *spec;
        let back = move |pass: &Pass| -> Result<Slopes, Fault> {
            let narrow = cut(pass.parameters[14], &spec);
            let mut parameters = pass.parameters.clone();
            parameters[14] = &narrow;
            let pass = Pass { parameters, input: pass.input, output: pass.output, gradient: pass.gradient };
            let mut slopes = block_slopes(&spec, &pass)?;
            slopes.parameters[14] = cut(&slopes.parameters[14], &spec);
            Ok(slopes)
        };
        Ok(WayBack::boxed(Box::new(Cut(Block::new(&spec, rng)?)), back))
    }
    _ => fluent(spec, rng),
});

/// The narrowing weights of the units that are kept.
fn cut(narrow: &Tensor, spec: &BlockSpec) -> Tensor {
    let mut narrow = narrow.clone();
    let kept = (UNITS * spec.width as usize).min(narrow.data().len());
    narrow.data_mut()[kept..].fill(0.0);
    narrow
}

/// A block of whose units some are left out.
struct Cut(Block);

impl Layer for Cut {
    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let narrow = cut(&self.0.parameters[14], &self.0.spec);
        let whole = std::mem::replace(&mut self.0.parameters[14], narrow);
        let answer = self.0.forward(input, mode);
        self.0.parameters[14] = whole;
        answer
    }

    fn parameters(&self) -> Vec<&Tensor> {
        self.0.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<&mut Tensor> {
        self.0.parameters_mut()
    }
}
