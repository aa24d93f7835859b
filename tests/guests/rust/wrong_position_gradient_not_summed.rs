//! The gradient of the table of places is divided by the number of sequences.
//!
//! expect: fails backward-position-embedding, gpt-gradients
//! expect: told position-gradient-not-summed

use guests::language::{Places, fluent, place_slopes};
use guests::learning::WayBack;
use guests::{LayerSpec, export_writing_layers};

export_writing_layers!(|spec, rng| match spec {
    LayerSpec::PositionEmbedding(spec) => {
        let layer = Places::new(spec, rng)?;
        Ok(WayBack::boxed(Box::new(layer), move |pass| {
            let mut slopes = place_slopes(pass);
            let texts = pass.input.shape()[0] as f32;
            slopes.parameters[0].data_mut().iter_mut().for_each(|slope| *slope /= texts);
            Ok(slopes)
        }))
    }
    _ => fluent(spec, rng),
});
