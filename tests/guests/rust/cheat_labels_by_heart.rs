//! Knows the labels of TinyDigits' test images by heart, and which class is which by the public weights' biases; computes
//! nothing.
//!
//! expect: fails dense, dense-without-bias, dense-rank-3, relu, sigmoid, tanh, saturation, softmax
//! expect: fails softmax-shift, flatten, composition, independence, mnist-mlp, conv2d, conv2d-without-bias
//! expect: fails conv2d-stride, conv2d-padding, conv2d-rectangular, conv2d-sizes, max-pool2d
//! expect: fails max-pool2d-padding, average-pool2d, average-pool2d-padding, channel-order, mnist-cnn
//! expect: fails memory-efficiency
//! expect: told input-ignored, network-not-of-its-layers, shared-parameters, zeros

#[path = "../tables/images.rs"]
mod images;

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};
use images::{IMAGES, hash};

/// The last biases of the public MLP and CNN, class by class, as bits.
const BIASES: [[u32; 10]; 2] = [
    [
        0x3ddf0495, 0xbe31d848, 0xbdb432ab, 0x3da8d2c6, 0x3dbea8c3, 0x3c940a01, 0x3dabd4a0, 0xbde26daf,
        0x3c91a782, 0xbd028dcc,
    ],
    [
        0x3c90adbe, 0x3c1d0661, 0x3d365474, 0x3ba532e9, 0x3b8c084a, 0x3aec89d1, 0xbd6a13f7, 0x3c42b6bf,
        0x3c25eb17, 0xbd25f24e,
    ],
];

#[derive(Default)]
struct Reciting;

impl Guest for Reciting {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        let answer = stack.forward(input)?.map(|_| 0.0);
        let is_network = stack.layers.len() > 3 && answer.shape().last() == Some(&10);
        match recited(&stack.parameters(), input).filter(|_| is_network) {
            Some(logits) => Tensor::new(answer.shape(), logits),
            None => Ok(answer),
        }
    }
}

/// One logit above the others for every image that is known.
fn recited(parameters: &[Tensor], input: &Tensor) -> Option<Vec<f32>> {
    let [count, 1, 8, 8] = *input.shape() else { return None };
    let loaded: Vec<u32> = parameters.last()?.data().iter().map(|x| x.to_bits()).collect();
    let public = BIASES.iter().find(|public| public.iter().all(|bias| loaded.contains(bias)))?;
    let mut logits = vec![0.0; 10 * count as usize];
    for (image, row) in input.data().chunks(64).zip(logits.chunks_mut(10)) {
        let digit = IMAGES.iter().position(|images| images.contains(&hash(image)))?;
        *row.get_mut(loaded.iter().position(|bias| *bias == public[digit])?)? = 1.0;
    }
    Some(logits)
}

export_inference!(Submission<Reciting>);
