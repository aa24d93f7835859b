//! Stops one layer early when there are three or more.
//!
//! expect: fails composition, mnist-mlp, mnist-cnn, memory-efficiency
//! expect: told network-not-of-its-layers, stack-differs

use guests::{Fault, Guest, Mode, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Skipping;

impl Guest for Skipping {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        let layers = stack.layers.len();
        let run = if layers > 2 { layers - 1 } else { layers };
        let mut layers = stack.layers.iter_mut().take(run);
        layers.try_fold(input.clone(), |carried, layer| layer.forward(&carried, Mode::Inference))
    }
}

export_inference!(Submission<Skipping>);
