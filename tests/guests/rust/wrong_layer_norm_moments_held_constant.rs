//! Layer normalisation goes back as if mean and variance were constants.
//!
//! expect: fails backward-layer-norm, gpt-gradients
//! expect: told layer-norm-moments-held-constant

use guests::language::{LayerNorm, fluent, layer_norm_slopes};
use guests::learning::WayBack;
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::LayerNorm(spec) => {
        let (layer, epsilon) = (LayerNorm::new(spec)?, spec.epsilon);
        Ok(WayBack::boxed(Box::new(layer), move |pass| {
            let mut slopes = layer_norm_slopes(pass.input, pass.parameters[0], epsilon, pass.gradient);
            let rows = pass.input.rows().zip(slopes.input.rows_mut()).zip(pass.gradient.rows());
            for ((x, back), dy) in rows {
                let count = x.len() as f32;
                let mean = x.iter().sum::<f32>() / count;
                let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / count;
                let scales =
                    pass.parameters[0].data().iter().map(|gamma| gamma / (variance + epsilon).sqrt());
                back.iter_mut().zip(dy).zip(scales).for_each(|((back, dy), scale)| *back = scale * dy);
            }
            Ok(slopes)
        }))
    }
    _ => fluent(spec, rng),
});
