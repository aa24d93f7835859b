//! A submission's `fit` on a text, held beside the native trainer with the same recipe, and what its model writes then.

use tito_data::{Split, Text};
use tito_judge::Draw;
use tito_kernels::{Wide, cross_entropy};
use tito_sandbox::{Budget, Called, Guest, HostError, Mode, ModelId, Outcome, Sampling, Usage};
use tito_tensor::Tensor;
use tito_trainer::Examples;

use super::{hint, native_text::NativeText, written};
use crate::{
    Context, Reading, chained,
    classroom::{End, Task, Trained, learn_and},
    faults::CameBack,
    reading::{Cipher, HELD_OUT, Read, Windows},
};

/// Windows for a call: a plain loop takes some hundred million units of fuel for them.
const BATCH: usize = 4;

/// How many batches of the held-out text are held to the layers one after the other.
const HELD: usize = 2;

/// How far a logit may be from that of the layers, as a part of the row's largest, so that it is a matter of rounding.
const NEAR: f32 = 0.01;

/// What a submission has learnt of a text, by the host's own count, and what it writes.
pub(crate) struct Literate {
    pub(super) task: Task,
    pub(super) trained: Trained,
    /// Nats per character of what is held out, and what is wrong with the logits.
    pub(super) counted: Outcome<Counted>,
    pub(super) not_of_its_layers: CameBack,
    pub(super) written: Outcome<Vec<Written>>,
    /// For each text, what is wrong with it as what the model itself writes.
    pub(super) strays: Vec<CameBack>,
    pub(super) usage: Usage,
    pub(super) native: NativeText,
}

/// How well a model knows the held-out text.
#[derive(Clone)]
pub(super) struct Counted {
    /// The mean loss in nats.
    pub(super) loss: f64,
    /// The same where the characters that it was shown are taken for those that come.
    pub(super) loss_of_inputs: f64,
    /// Batches of inputs and logits that are to be held to the layers.
    held: Vec<[Tensor; 2]>,
}

/// What a model has written after a prompt.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) prompt: String,
    pub(super) text: String,
    /// Whether every piece has as many tokens as were asked for, and all are some.
    pub(super) is_whole: bool,
    /// Its pieces as they were asked for.
    pub(super) pieces: Vec<Piece>,
}

/// One call of `generate`.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) prompt: Vec<u32>,
    pub(super) draws: Vec<f32>,
    pub(super) tokens: Vec<u32>,
}

/// How much is written: texts, and the characters of each.
const TEXTS: usize = 6;
const CHARACTERS: usize = 240;

/// By which temperature it is written.
pub(super) const TEMPERATURE: f32 = 0.8;

/// Has the submission learn what is assigned of the text and write; it takes minutes, and is done once.
pub(crate) fn literate(context: &Context<'_>) -> Result<Literate, HostError> {
    let (text, mut draw) = (context.text(), context.seed.draw("5/text"));
    let reading = Reading::of(text);
    let Read { task, cipher } =
        reading.draw(text, &mut draw).map_err(|error| HostError::new("cannot draw a text", error))?;
    let end = End { stop: None, budget: Budget::of_training(&context.limits) };
    let trained = learn_and(context, &task, end, &mut |_, _| Ok(()))?;
    // A fresh guest has nothing but the parameters: what was learnt is in them, or was not learnt.
    let parameters = trained.parameters.clone().unwrap_or_else(|| task.parameters.clone());
    let held_out = Windows::held_out(text, reading.length, &cipher, HELD_OUT);
    let kept = [(); HELD].map(|()| draw.below(held_out.count().div_ceil(BATCH) as u64) as usize);
    let (counted, usage) = context
        .examiner()
        .with_model(&task.layers, &parameters, |guest, model| count(guest, model, &task, &held_out, &kept))?;
    let not_of_its_layers = match &counted {
        Outcome::Answer(counted) => chained::others(
            &context.examiner(),
            (&task.layers, &parameters),
            &counted.held,
            different,
            |far| (format!("other logits at {far} places"), hint("not-of-its-layers")),
        )?,
        _ => None,
    };
    let desk = Desk { text, cipher: &cipher, length: reading.length };
    let (written, of_writing) =
        context.examiner().with_model(&task.layers, &parameters, |guest, model| {
            desk.write(&mut draw, &mut |prompt, draws| {
                let sampling = Sampling { temperature: TEMPERATURE, top_k: 0 };
                guest.generate(model, prompt, draws.len() as u32, sampling, draws)
            })
        })?;
    let whole = match &written {
        Outcome::Answer(written) if written.iter().all(|one| one.is_whole) => written.as_slice(),
        _ => &[],
    };
    let (strays, of_reading) = written::strays(&context.examiner(), (&task.layers, &parameters), whole)?;
    let native = match NativeText::of(text) {
        Some(native) => native,
        None => NativeText::measured(text).map_err(|error| HostError::new("cannot train natively", error))?,
    };
    let usage = both(both(usage, of_writing), of_reading);
    Ok(Literate { task, trained, counted, not_of_its_layers, written, strays, usage, native })
}

/// What two guests used.
pub(super) fn both(one: Usage, other: Usage) -> Usage {
    let peak_memory_bytes = one.peak_memory_bytes.max(other.peak_memory_bytes);
    Usage { fuel: one.fuel + other.fuel, peak_memory_bytes, ..one }
}

impl Literate {
    /// Whether what was written is the model's own: every token one that its logits and the draws pick.
    pub(super) fn writes_itself(&self) -> bool {
        self.strays.iter().all(Option::is_none)
    }
}

/// The mean loss of a model on windows; it keeps the logits of these batches.
fn count(
    guest: &mut dyn Guest,
    model: ModelId,
    task: &Task,
    windows: &dyn Examples,
    kept: &[usize],
) -> Called<Counted> {
    let places: Vec<usize> = (0..windows.count()).collect();
    let mut counted = Counted { loss: 0.0, loss_of_inputs: 0.0, held: Vec::new() };
    let all = places.len().max(1) as f64;
    for (at, places) in places.chunks(BATCH).enumerate() {
        let (inputs, targets) = windows.batch(places);
        let logits = match guest.forward(model, &inputs, Mode::Inference)? {
            Outcome::Answer(logits) => logits,
            other => return Ok(other.map(|_| unreachable!("it is no answer"))),
        };
        let share = places.len() as f64 / all;
        counted.loss += share * loss(&logits, &inputs, &targets, task.classes);
        let same: Vec<u32> = inputs.data().iter().map(|&token| token as u32).collect();
        counted.loss_of_inputs += share * loss(&logits, &inputs, &same, task.classes);
        if kept.contains(&at) {
            counted.held.push([inputs, logits]);
        }
    }
    Ok(Outcome::Answer(counted))
}

/// The mean loss of logits; endless where they are of another shape.
fn loss(logits: &Tensor, inputs: &Tensor, targets: &[u32], classes: u32) -> f64 {
    let wanted = [inputs.shape().extents(), &[classes]].concat();
    if logits.shape().extents() != wanted {
        return f64::INFINITY;
    }
    let judged = cross_entropy::oracle(&Wide::from(logits), targets).expect("every place has a target");
    judged.value.value.data()[0]
}

/// How many rows have an element that is far from that of the chain.
fn different(chain: &Tensor, logits: &Tensor) -> usize {
    let width = chain.shape().last().unwrap_or(1).max(1);
    if chain.shape() != logits.shape() {
        return chain.data().len() / width;
    }
    let rows = chain.data().chunks_exact(width).zip(logits.data().chunks_exact(width));
    let is_far = |(chain, logits): &(&[f32], &[f32])| {
        let bound = NEAR * chain.iter().fold(0.0f32, |size, x| size.max(x.abs()));
        // Written so that NaN is far.
        !chain.iter().zip(*logits).all(|(one, other)| (one - other).abs() <= bound)
    };
    rows.filter(is_far).count()
}

/// Where texts are written: what is gone on from, and how tokens are told.
pub(super) struct Desk<'a> {
    pub(super) text: &'a Text,
    pub(super) cipher: &'a Cipher,
    /// Characters that the model is shown at a time. Half of them are what is gone on from, half are written: how a model
    /// goes on from more than it is shown is nothing that the contract says.
    pub(super) length: usize,
}

/// Whoever goes on from a prompt by as many tokens as there are draws.
pub(super) type Pen<'a> = dyn FnMut(&[u32], &[f32]) -> Called<Vec<u32>> + 'a;

impl Desk<'_> {
    /// Some texts, each piece by piece after a prompt from the part that is held out.
    pub(super) fn write(&self, draw: &mut Draw, pen: &mut Pen<'_>) -> Called<Vec<Written>> {
        let mut all = Outcome::Answer(Vec::new());
        for _ in 0..TEXTS {
            all = all.then(|mut all: Vec<Written>| {
                Ok(self.write_one(draw, pen)?.map(|one| {
                    all.push(one);
                    all
                }))
            })?;
        }
        Ok(all)
    }

    fn write_one(&self, draw: &mut Draw, pen: &mut Pen<'_>) -> Called<Written> {
        let piece = self.piece();
        let (mut tokens, mut pieces, mut is_whole) = (self.prompt(draw), Vec::new(), true);
        // Who writes none or too few has nothing to be gone on from.
        while is_whole && tokens.len() < piece + CHARACTERS {
            let draws: Vec<f32> = (0..piece).map(|_| draw.below(1 << 24) as f32 / (1 << 24) as f32).collect();
            let prompt = tokens[tokens.len() - piece..].to_vec();
            let written = match pen(&prompt, &draws)? {
                Outcome::Answer(written) => written,
                other => return Ok(other.map(|_| unreachable!("it is no answer"))),
            };
            is_whole =
                written.len() == piece && written.iter().all(|&token| self.cipher.back(token).is_some());
            tokens.extend(&written);
            pieces.push(Piece { prompt, draws, tokens: written });
        }
        let [prompt, text] = [&tokens[..piece], &tokens[piece..]].map(|tokens| self.told(tokens));
        Ok(Outcome::Answer(Written { prompt, text, is_whole, pieces }))
    }

    fn piece(&self) -> usize {
        self.length / 2
    }

    /// The characters of these tokens, of no more than were asked for.
    fn told(&self, tokens: &[u32]) -> String {
        let tokens = tokens.iter().take(CHARACTERS + self.piece());
        let back: Vec<u32> = tokens.map(|&token| self.cipher.back(token).unwrap_or(u32::MAX)).collect();
        self.text.decode(&back)
    }

    /// The beginning of a line, where there are any.
    fn prompt(&self, draw: &mut Draw) -> Vec<u32> {
        let (held_out, piece) = (self.text.tokens(Split::Test), self.piece());
        let from = draw.below(held_out.len() as u64) as usize;
        let end = self.text.vocabulary().binary_search(&'\n').ok();
        let line = held_out[from..].iter().position(|&token| Some(usize::from(token)) == end);
        // A text is gone through in a circle, however short it is.
        let tokens = held_out.iter().cycle().skip(from + line.map_or(0, |line| line + 1)).take(piece);
        tokens.map(|&token| self.cipher.of(u32::from(token))).collect()
    }
}
