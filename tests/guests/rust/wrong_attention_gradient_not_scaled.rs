//! Attention goes back to queries and keys without the scale of its scores.
//!
//! expect: fails backward-attention
//! expect: told attention-gradient-not-scaled

use guests::language::{Attention, attention_slopes, fluent};
use guests::learning::WayBack;
use guests::{LayerSpec, Tensor, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::Attention(spec) => {
        let (layer, spec) = (Attention::new(spec, rng)?, *spec);
        let scale = ((spec.width / spec.heads) as f32).sqrt();
        Ok(WayBack::boxed(Box::new(layer), move |pass| {
            let mut slopes = attention_slopes(pass.input, &pass.parameters, &spec, pass.gradient);
            for slope in slopes.parameters[..4].iter_mut().flat_map(Tensor::data_mut) {
                *slope *= scale;
            }
            Ok(slopes)
        }))
    }
    _ => fluent(spec, rng),
});
