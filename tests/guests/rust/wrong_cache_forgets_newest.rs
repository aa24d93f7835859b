//! With a cache of keys and values a new token is put into it after it has looked, so that it does not see itself.
//!
//! expect: fails generate-most-likely, generate-by-draws, generate-beyond-context
//! expect: told cache-forgets-newest

use guests::language::{Cache, Writer, fluent};
use guests::learning::{Learner, Pupil};
use guests::{Fault, MakeLayer, export_writer};

#[derive(Default)]
struct Forgetful;

impl Learner for Forgetful {
    const LAYER: MakeLayer = fluent;
}

impl Writer for Forgetful {
    fn logits(pupil: &mut Pupil<Self>, context: &[u32], written: usize) -> Result<Vec<f32>, Fault> {
        let prompt = context.len().saturating_sub(written);
        let parameters = pupil.stack.parameters();
        let mut cache = Cache::new(&pupil.specs, &parameters);
        let mut logits = Vec::new();
        for (place, token) in context.iter().enumerate() {
            logits = cache.read(*token, place < prompt || place == 0)?;
        }
        Ok(logits)
    }
}

export_writer!(Forgetful);
