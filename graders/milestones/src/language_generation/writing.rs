//! Writing, token for token: by the most likely, by draws, and beyond what a model sees.

use tito_judge::{Draw, Findings, Writing};
use tito_sandbox::{HostError, Layer, Sampling};
use tito_tensor::Tensor;

use super::drawn::Gpt;
use crate::{Context, milestone::Found};

/// A GPT with room for a prompt and what is written.
const GPT: Gpt = Gpt { entries: 11, context: 16, width: 8, heads: 2, expansion: 2, blocks: 2 };

/// So many tokens are written.
const COUNT: usize = 9;

/// So many of them are different at least: one that comes again and again is written by who reads nothing.
const DIFFERENT: usize = 3;

/// What is added to all logits, which changes no probability, and how tokens are chosen: powers of such logits overflow, or
/// are all zero.
const LARGE: [(f32, Sampling); 3] = [
    (150.0, Sampling { temperature: 1.0, top_k: 0 }),
    (75.0, Sampling { temperature: 0.5, top_k: 6 }),
    (-150.0, Sampling { temperature: 0.75, top_k: 0 }),
];

/// At temperature 0: several prompts, and logits that are equal.
pub(super) fn most_likely(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/generate-most-likely");
    let mut writings: Vec<_> =
        [1, 2, 4, 7].map(|length| varied(&mut draw, GPT, length, Sampling::GREEDY)).into();
    writings.extend((0..2).map(|_| equals(&mut draw)));
    asked(context, &writings)
}

/// At temperatures below and above 1, of all tokens and of some.
pub(super) fn by_draws(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/generate-by-draws");
    let settings = [(1.0, 0), (0.5, 0), (1.75, 0), (1.0, 3), (0.625, 5), (1.5, 4), (2.5, 1), (1.25, 40)];
    let writings = settings.map(|(temperature, top_k)| {
        let length = draw.pick(&[1, 2, 3, 6]);
        varied(&mut draw, GPT, length, Sampling { temperature, top_k })
    });
    let mut writings = writings.to_vec();
    writings.extend(LARGE.map(|(offset, sampling)| large(&mut draw, offset, sampling)));
    writings.push(nothing_drawn(&mut draw));
    asked(context, &writings)
}

/// A model of few places, with prompts that fill it, nearly fill it, and are longer.
pub(super) fn beyond_context(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/generate-beyond-context");
    let gpt = Gpt { context: 5, ..GPT };
    let by_draws = Sampling { temperature: 1.0, top_k: 0 };
    let settings = [(2, Sampling::GREEDY), (5, by_draws), (7, Sampling::GREEDY), (4, by_draws)];
    let writings = settings.map(|(length, sampling)| varied(&mut draw, gpt, length, sampling));
    asked(context, &writings)
}

/// A model of logits that are large, and as far from each other as ever.
fn large(draw: &mut Draw, offset: f32, sampling: Sampling) -> Writing {
    let length = draw.pick(&[2, 3, 5]);
    let offset = |parameters: &mut Vec<Tensor>| {
        let bias = parameters.last_mut().expect("a GPT has parameters");
        bias.data_mut().iter_mut().for_each(|x| *x += offset);
    };
    varied_with(draw, GPT, length, sampling, offset)
}

/// How often a writing is drawn again before the generator is held to be broken.
const ATTEMPTS: usize = 1_000;

/// A writing of several tokens, none of which hangs on a rounding.
///
/// # Panics
///
/// If a thousand GPTs in a row write none.
fn varied(draw: &mut Draw, gpt: Gpt, length: usize, sampling: Sampling) -> Writing {
    varied_with(draw, gpt, length, sampling, |_| {})
}

/// The same by parameters that are changed.
fn varied_with(
    draw: &mut Draw,
    gpt: Gpt,
    length: usize,
    sampling: Sampling,
    change: impl Fn(&mut Vec<Tensor>),
) -> Writing {
    let attempt = |_| {
        let mut parameters = gpt.parameters(draw);
        change(&mut parameters);
        let prompt = prompt(draw, length);
        let writing = Writing::drawn(gpt.layers(), parameters, prompt, COUNT, sampling, draw)?;
        let mut tokens = writing.expected.clone();
        tokens.sort_unstable();
        tokens.dedup();
        (tokens.len() >= DIFFERENT).then_some(writing)
    };
    (0..ATTEMPTS).find_map(attempt).expect("a GPT writes several tokens")
}

fn prompt(draw: &mut Draw, length: usize) -> Vec<u32> {
    (0..length).map(|_| draw.below(GPT.entries.into()) as u32).collect()
}

/// A model whose logits are the last bias whatever it reads, and equal for three tokens.
fn equals(draw: &mut Draw) -> Writing {
    let order = draw.permutation(GPT.entries as usize);
    let bias = Tensor::from_fn([GPT.entries], |token| if order[token] < 3 { 2.0 } else { -1.0 });
    let (layers, parameters) = biased(draw, bias);
    Writing::exact(layers, parameters, prompt(draw, 3), vec![0.5; 2], Sampling::GREEDY)
}

/// A draw of 0 where the first tokens are not among the most likely: they are drawn never.
fn nothing_drawn(draw: &mut Draw) -> Writing {
    let bias = Tensor::from_fn([GPT.entries], |token| if token < 2 { -1.0 } else { (token % 4) as f32 });
    let (layers, parameters) = biased(draw, bias);
    let sampling = Sampling { temperature: 1.0, top_k: 9 };
    Writing::exact(layers, parameters, prompt(draw, 2), vec![0.0; 3], sampling)
}

/// The GPT with a last layer of this bias and no weights.
fn biased(draw: &mut Draw, bias: Tensor) -> (Vec<Layer>, Vec<Tensor>) {
    let mut parameters = GPT.parameters(draw);
    let last = parameters.len() - 2;
    parameters[last] = Tensor::zeros(parameters[last].shape().clone());
    parameters[last + 1] = bias;
    (GPT.layers(), parameters)
}

fn asked(context: &Context<'_>, writings: &[Writing]) -> Result<Found, HostError> {
    let (mut findings, mut outcomes) = (Findings::default(), Vec::new());
    for writing in writings {
        let (outcome, usage) = context.examiner().with_guest(|guest| writing.ask(guest))?;
        findings.used(usage);
        outcomes.push(outcome);
    }
    Writing::judge_all(writings, &outcomes).into_iter().for_each(|judgement| findings.judged(judgement));
    Ok(Found::Cases(findings))
}
