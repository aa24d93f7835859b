//! One question to a fresh guest, and what became of it.

use tito_tensor::Tensor;

use crate::{HostError, Launch, Layer, Mode, Outcome, Usage};

/// A question to a fresh guest: the output of a new model of these layers and parameters for the last of `inputs`,
/// asked for in inference after all others, whose outputs are not looked at.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// The model's layers.
    pub layers: &'a [Layer],
    /// All its parameters.
    pub parameters: &'a [Tensor],
    /// At least one.
    pub inputs: Vec<&'a Tensor>,
}

/// What became of a [`Run`].
#[derive(Clone, Debug, PartialEq)]
pub struct Ran {
    /// The answer, or what came instead.
    pub outcome: Outcome<Tensor>,
    /// What the guest used for it.
    pub usage: Usage,
}

impl Run<'_> {
    /// How many calls to a guest it is, launching it among them.
    pub fn calls(&self) -> u32 {
        Self::calls_for(self.inputs.len())
    }

    /// The calls of a run with so many inputs.
    pub fn calls_for(inputs: usize) -> u32 {
        3 + inputs as u32
    }

    /// Asks a guest that is launched for it: `build` with seed 0, `load`, and one `forward` after the other.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    ///
    /// # Panics
    ///
    /// If there is no input.
    pub fn of(&self, launch: &(impl Launch + ?Sized)) -> Result<Ran, HostError> {
        let mut usage = Usage::default();
        let outcome = launch.launch()?.then(|mut guest| {
            let answer = guest.build(self.layers, 0)?.then(|model| {
                guest.load(model, self.parameters)?.then(|()| {
                    let (last, before) = self.inputs.split_last().expect("there is an input to be asked for");
                    for input in before {
                        let _answer = guest.forward(model, input, Mode::Inference)?;
                    }
                    guest.forward(model, last, Mode::Inference)
                })
            });
            usage = guest.usage();
            answer
        })?;
        Ok(Ran { outcome, usage })
    }
}
