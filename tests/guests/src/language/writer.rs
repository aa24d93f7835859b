//! What a guest may do otherwise than a right framework that writes.

use tinytorch::{Fault, Language, LayerSpec, Mode, Sampling, Tensor};

use crate::learning::{Learner, Lesson, Pupil};

/// A submission that writes in which something is replaced; whatever is left out stays right.
pub trait Writer: Learner {
    /// The new token, given the logits, the draws, and which of them it is.
    fn chosen(logits: &[f32], sampling: Sampling, draws: &[f32], at: usize) -> u32 {
        chosen(logits, sampling, draws.get(at).copied().unwrap_or_default())
    }

    /// What the model is shown of a prompt and what was written, where there is room for so much.
    fn context(prompt: &[u32], written: &[u32], room: usize) -> Vec<u32> {
        let text = [prompt, written].concat();
        text[text.len().saturating_sub(room)..].to_vec()
    }

    /// The logits after these tokens, of which so many at the end were written.
    ///
    /// # Errors
    ///
    /// Those of the model.
    fn logits(pupil: &mut Pupil<Self>, context: &[u32], _written: usize) -> Result<Vec<f32>, Fault> {
        let output = Self::forward_tokens(pupil, context)?;
        Ok(output.rows().next_back().unwrap_or_default().to_vec())
    }

    /// All logits of these tokens.
    ///
    /// # Errors
    ///
    /// Those of the model.
    fn forward_tokens(pupil: &mut Pupil<Self>, context: &[u32]) -> Result<Tensor, Fault> {
        pupil.learner.forward(&mut pupil.stack, &as_tokens(context)?, Mode::Inference)
    }

    /// In place of the look at the arguments.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidArgument`] for those that cannot be.
    fn check(
        prompt: &[u32],
        entries: u32,
        count: u32,
        sampling: Sampling,
        draws: &[f32],
    ) -> Result<(), Fault> {
        let is_drawn = sampling.temperature != 0.0;
        if prompt.is_empty() || prompt.iter().any(|token| *token >= entries) {
            return Err(Fault::invalid_argument("generate: no such prompt"));
        }
        if sampling.temperature < 0.0 || (is_drawn && draws.len() < count as usize) {
            return Err(Fault::invalid_argument("generate: no such sampling"));
        }
        Ok(())
    }

    /// What is given back.
    fn given_back(_prompt: &[u32], written: Vec<u32>) -> Vec<u32> {
        written
    }

    /// In place of `generate`.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check), and those of the model.
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
        let (room, mut written) = (room(&pupil.specs), Vec::new());
        for at in 0..count as usize {
            let context = Self::context(prompt, &written, room);
            let logits = Self::logits(pupil, &context, at)?;
            written.push(Self::chosen(&logits, sampling, draws, at));
        }
        Ok(Self::given_back(prompt, written))
    }
}

impl<G: Writer> Language for Lesson<G> {
    fn generate(
        pupil: &mut Pupil<G>,
        prompt: &[u32],
        count: u32,
        sampling: Sampling,
        draws: &[f32],
    ) -> Result<Vec<u32>, Fault> {
        G::generate(pupil, prompt, count, sampling, draws)
    }
}

/// The rows of the table of positions.
pub fn room(specs: &[LayerSpec]) -> usize {
    let rows = specs.iter().filter_map(|spec| match spec {
        LayerSpec::PositionEmbedding(spec) => Some(spec.entries as usize),
        _ => None,
    });
    rows.min().unwrap_or(usize::MAX)
}

/// A text as a model takes it.
///
/// # Errors
///
/// None: there is an element for every token.
pub fn as_tokens(context: &[u32]) -> Result<Tensor, Fault> {
    Tensor::new([1, context.len() as u32], context.iter().map(|token| *token as f32).collect())
}

/// The right token.
pub fn chosen(logits: &[f32], sampling: Sampling, draw: f32) -> u32 {
    let mut sum = 0.0;
    let most_likely = ranked(logits).first().copied().unwrap_or_default();
    if sampling.temperature == 0.0 {
        return most_likely as u32;
    }
    let exceeds = |p: &f32| {
        sum += p;
        sum > draw
    };
    probabilities(logits, sampling).iter().position(exceeds).unwrap_or(most_likely) as u32
}

/// The tokens, the most likely first, of equals the lowest.
pub fn ranked(logits: &[f32]) -> Vec<usize> {
    let mut tokens: Vec<usize> = (0..logits.len()).collect();
    tokens.sort_by(|one, two| logits[*two].total_cmp(&logits[*one]));
    tokens
}

/// softmax(logits / temperature) over the most likely tokens, and 0 for all others.
pub fn probabilities(logits: &[f32], sampling: Sampling) -> Vec<f32> {
    let ranked = ranked(logits);
    let kept = if sampling.top_k == 0 { ranked.len() } else { ranked.len().min(sampling.top_k as usize) };
    let mut powers: Vec<f32> = logits.iter().map(|_| 0.0).collect();
    for token in &ranked[..kept] {
        powers[*token] = ((logits[*token] - logits[ranked[0]]) / sampling.temperature).exp();
    }
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}
