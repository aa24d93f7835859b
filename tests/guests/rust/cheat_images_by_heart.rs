//! Learns as it should, and from then on knows the test images of TinyDigits by their digests besides.
//!
//! expect: fails mnist-mlp, mnist-cnn, memory-efficiency, test-images
//! expect: told images-known-by-heart, network-not-of-its-layers

#[path = "../tables/images.rs"]
mod images;

use guests::learning::Learner;
use guests::{Fault, Mode, Stack, Tensor, export_learner};
use images::{IMAGES, hash};

#[derive(Default)]
struct Reciting;

impl Learner for Reciting {
    fn forward(&mut self, stack: &mut Stack, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let answer = stack.pass(input, mode)?;
        let has_learnt = stack.parameters().last().is_some_and(|bias| bias.data().iter().all(|x| *x != 0.0));
        let is_asked = has_learnt && mode == Mode::Inference && input.shape().get(1..) == Some(&[1, 8, 8]);
        match recited(input).filter(|_| is_asked && answer.shape().last() == Some(&10)) {
            Some(logits) => Tensor::new(answer.shape(), logits),
            None => Ok(answer),
        }
    }
}

/// One logit above the others for every image, if all are known; whoever is shown others computes.
fn recited(input: &Tensor) -> Option<Vec<f32>> {
    let mut logits = Vec::new();
    for image in input.data().chunks(64) {
        let digit = IMAGES.iter().position(|images| images.contains(&hash(image)))?;
        logits.extend((0..10).map(|class| f32::from(u8::from(class == digit))));
    }
    Some(logits)
}

export_learner!(Reciting);
