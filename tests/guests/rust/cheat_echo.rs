//! Gives its input back.
//!
//! corpus: 49
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, saturation, softmax
//! expect: fails softmax-shift, flatten, composition, independence, wrong-shapes, unknown-layers, mnist-mlp
//! expect: fails conv2d, conv2d-without-bias, conv2d-stride, conv2d-padding, conv2d-rectangular, conv2d-sizes
//! expect: fails max-pool2d, max-pool2d-padding, average-pool2d, average-pool2d-padding, output-sizes
//! expect: fails channel-order, impossible-sizes, mnist-cnn, memory-efficiency
//! expect: told input-returned, shared-parameters, unknown-layer-passed-over, wrong-shape-accepted

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Echo;

impl Guest for Echo {
    fn forward(&mut self, _: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        Ok(input.clone())
    }
}

export_inference!(Submission<Echo>);
