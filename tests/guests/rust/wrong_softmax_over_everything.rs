//! Softmax over all elements together.
//!
//! expect: fails softmax, softmax-shift
//! expect: told softmax-over-everything

use guests::{Fault, LayerSpec, Tensor, export_layers, right, softmax, whole};

export_layers!(|spec, rng| match spec {
    LayerSpec::Softmax => Ok(whole(over_everything)),
    other => right(other, rng),
});

fn over_everything(input: &Tensor) -> Result<Tensor, Fault> {
    let mut output = input.clone();
    softmax(output.data_mut());
    Ok(output)
}
