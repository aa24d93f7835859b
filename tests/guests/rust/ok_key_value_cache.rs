//! Right, with a cache of keys and values: each token is read once, for as long as the text fits.
//!
//! expect: passes everything

use guests::language::{Cache, Sampling, Writer, fluent, room};
use guests::learning::{Learner, Pupil};
use guests::{Fault, LayerSpec, MakeLayer, export_writer};

#[derive(Default)]
struct Cached;

impl Learner for Cached {
    const LAYER: MakeLayer = fluent;
}

impl Writer for Cached {
    fn generate(
        pupil: &mut Pupil<Self>,
        prompt: &[u32],
        count: u32,
        sampling: Sampling,
        draws: &[f32],
    ) -> Result<Vec<u32>, Fault> {
        let Some(LayerSpec::TokenEmbedding(tokens)) = pupil.specs.first() else {
            return Err(Fault::invalid_argument("generate: the model does not begin with tokens"));
        };
        Self::check(prompt, tokens.entries, count, sampling, draws)?;
        let (room, parameters) = (room(&pupil.specs), pupil.stack.parameters());
        let (mut text, mut read, mut logits) = (prompt.to_vec(), 0, Vec::new());
        let mut cache = Cache::new(&pupil.specs, &parameters);
        for at in 0..count as usize {
            if text.len() > room {
                // Every place has moved: nothing that was kept is of use.
                cache = Cache::new(&pupil.specs, &parameters);
                read = text.len() - room;
            }
            for token in &text[read..] {
                logits = cache.read(*token, true)?;
            }
            read = text.len();
            text.push(Self::chosen(&logits, sampling, draws, at));
        }
        Ok(text.split_off(prompt.len()))
    }
}

export_writer!(Cached);
