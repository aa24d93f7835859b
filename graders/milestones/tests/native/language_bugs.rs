//! Known bugs in the gradients of tables, layer normalisation, GELU and attention.

use tito_kernels::Gradients;
use tito_sandbox::Layer;
use tito_tensor::Tensor;

use crate::bugs::{Pass, mapped};

/// What a bug makes of the right gradients.
pub(crate) fn gradients(bug: &str, pass: &Pass<'_>, mut right: Gradients<Tensor>) -> Gradients<Tensor> {
    let (x, dy) = (pass.input(), pass.gradient);
    match (pass.layer, bug) {
        (
            Layer::TokenEmbedding(spec),
            "token-gradient-not-accumulated" | "token-gradient-not-accumulated/first",
        ) => {
            let width = spec.width as usize;
            let mut places: Vec<_> = x.data().iter().zip(dy.data().chunks(width)).collect();
            if bug.ends_with("/first") {
                places.reverse();
            }
            for (&token, dy) in places {
                right.parameters[0].data_mut()[token as usize * width..][..width].copy_from_slice(dy);
            }
        }
        (Layer::PositionEmbedding(_), "position-gradient-not-summed") => {
            let each = dy.data().len() / x.shape().extents()[0] as usize;
            right.parameters[0].data_mut()[..each].copy_from_slice(&dy.data()[..each]);
        }
        (Layer::PositionEmbedding(_), "position-gradient-not-summed/mean") => {
            let texts = x.shape().extents()[0] as f32;
            right.parameters[0] = mapped(&right.parameters[0], |g| g / texts);
        }
        (Layer::LayerNorm(spec), "layer-norm-moments-held-constant") => {
            let width = spec.features as usize;
            let gamma = pass.parameters[0].data();
            right.input = Tensor::from_fn(x.shape().clone(), |at| {
                let row = &x.data()[at / width * width..][..width];
                let mean = row.iter().sum::<f32>() / width as f32;
                let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / width as f32;
                gamma[at % width] * dy.data()[at] / (variance + spec.epsilon).sqrt()
            });
        }
        (Layer::Gelu, "gelu-gradient-of-an-approximation") => {
            right.input = Tensor::from_fn(x.shape().clone(), |at| {
                let x = x.data()[at];
                let s = 1.0 / (1.0 + (-1.702 * x).exp());
                dy.data()[at] * (s + 1.702 * x * s * (1.0 - s))
            });
        }
        (Layer::Attention(spec), "attention-gradient-not-scaled") => {
            let scale = ((spec.width / spec.heads) as f32).sqrt();
            for parameter in &mut right.parameters[..4] {
                *parameter = mapped(parameter, |g| scale * g);
            }
        }
        _ => (),
    }
    right
}
