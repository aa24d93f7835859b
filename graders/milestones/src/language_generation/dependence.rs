//! What is answered for a place depends on where it is, and on what came before it.
//!
//! How far an answer should move is the oracle's to say; a hundredth of it is enough, so that whoever errs otherwise is not
//! found out here a second time.

use std::ops::Range;

use tito_grade::Hint;
use tito_judge::{Draw, Findings, advice, describe, stack_value};
use tito_kernels::Wide;
use tito_sandbox::{HostError, Layer, Mode, Outcome};
use tito_tensor::Tensor;

use super::drawn::Gpt;
use crate::{Context, milestone::Found};

/// How much of the oracle's change is enough.
const ENOUGH: f64 = 0.01;

/// The oracle's logits change by so much at least, or another GPT is drawn.
const VISIBLE: f64 = 0.05;

const GPT: Gpt = Gpt { entries: 9, context: 8, width: 8, heads: 2, expansion: 2, blocks: 2 };

/// Texts of two kinds, and whose last logits are compared.
struct Comparison {
    layers: Vec<Layer>,
    parameters: Vec<Tensor>,
    texts: [Tensor; 2],
    /// The rows of the first answer and of the second.
    rows: [usize; 2],
    asked: &'static str,
}

/// What is told where an answer does not move.
type Told = (&'static str, &'static str);

/// One token everywhere, and the same tokens in another order.
pub(super) fn of_positions(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/position-dependence");
    let told = (
        "positions-missing",
        "Without its place a token is the same wherever it stands: add the table's row of its place to every token.",
    );
    let comparisons = (0..6).map(|turn| {
        visible(&mut draw, |draw| {
            let mut comparison = Comparison::new(draw);
            if turn % 2 == 0 {
                let token = draw.below(GPT.entries.into()) as f32;
                comparison.texts = [(); 2].map(|()| Tensor::from_fn([1, 6], |_| token));
                comparison.rows = [1, 5];
                comparison.asked = "one token everywhere, at place 1 and at place 5";
            } else {
                let one = comparison.texts[0].clone();
                let order = [1, 0, 3, 2, 4, 5];
                comparison.texts[1] = Tensor::from_fn([1, 6], |at| one.data()[order[at]]);
                comparison.asked = "a text, and the same with earlier tokens in another order";
            }
            comparison
        })
    });
    let comparisons: Vec<_> = comparisons.collect();
    compared(context, &comparisons, told)
}

/// Other tokens before the last.
pub(super) fn of_context(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/context-dependence");
    let told = (
        "context-ignored",
        "The answer at a place depends on its own token alone. Attention mixes the values of all places that it sees.",
    );
    let comparisons = [0..1, 2..3, 4..5, 0..5].map(|changed: Range<usize>| {
        visible(&mut draw, |draw| {
            let mut comparison = Comparison::new(draw);
            let one = comparison.texts[0].clone();
            comparison.texts[1] = Tensor::from_fn([1, 6], |at| {
                let other = 1.0 + draw.below(u64::from(GPT.entries) - 1) as f32;
                let token = one.data()[at];
                if changed.contains(&at) { (token + other) % GPT.entries as f32 } else { token }
            });
            comparison.asked = "a text, and one with other tokens before the last";
            comparison
        })
    });
    compared(context, &comparisons, told)
}

/// How often a comparison is drawn again before the generator is held to be broken.
const ATTEMPTS: usize = 1_000;

/// The first comparison in which the oracle's answer moves visibly.
///
/// # Panics
///
/// If it does in none of a thousand.
fn visible(draw: &mut Draw, make: impl Fn(&mut Draw) -> Comparison) -> Comparison {
    let found = (0..ATTEMPTS).map(|_| make(draw)).find(|comparison| comparison.moves() > VISIBLE);
    found.expect("a GPT depends on its text")
}

impl Comparison {
    /// A GPT, and a text twice.
    fn new(draw: &mut Draw) -> Self {
        let text = GPT.tokens(draw, 1, 6);
        let texts = [text.clone(), text];
        Self { layers: GPT.layers(), parameters: GPT.parameters(draw), texts, rows: [5, 5], asked: "" }
    }

    /// How far the oracle's answer moves.
    fn moves(&self) -> f64 {
        let parameters: Vec<_> = self.parameters.iter().map(Wide::from).collect();
        let logits =
            self.texts.each_ref().map(|text| stack_value(&self.layers, &parameters, &Wide::from(text)));
        let row = |which: usize| &logits[which].data()[self.rows[which] * GPT.entries as usize..];
        distance(row(0).iter().copied(), row(1).iter().copied())
    }
}

/// The largest difference of two rows of logits.
fn distance(one: impl Iterator<Item = f64>, two: impl Iterator<Item = f64>) -> f64 {
    one.zip(two).take(GPT.entries as usize).fold(0.0, |most, (one, two)| most.max((one - two).abs()))
}

fn compared(context: &Context<'_>, comparisons: &[Comparison], told: Told) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    for comparison in comparisons {
        let Comparison { layers, parameters, texts, .. } = comparison;
        let (outcome, usage) = context.examiner().with_model(layers, parameters, |guest, model| {
            guest
                .forward(model, &texts[0], Mode::Inference)?
                .then(|one| Ok(guest.forward(model, &texts[1], Mode::Inference)?.map(|two| [one, two])))
        })?;
        findings.used(usage);
        let asked = format!("{}: {}", describe(layers), comparison.asked);
        findings.question(asked, came_back(comparison, &outcome, told));
    }
    Ok(Found::Cases(findings))
}

fn came_back(
    comparison: &Comparison,
    outcome: &Outcome<[Tensor; 2]>,
    (misconception, text): Told,
) -> Option<(String, Option<Hint>)> {
    let Outcome::Answer(logits) = outcome else { return Some((outcome.to_string(), advice(outcome))) };
    let wanted = [1, 6, GPT.entries];
    if let Some(other) = logits.iter().find(|logits| logits.shape().extents() != wanted) {
        return Some((format!("an answer of shape {}", other.shape()), None));
    }
    let row = |which: usize| {
        let first = comparison.rows[which] * GPT.entries as usize;
        logits[which].data()[first..].iter().map(|&x| f64::from(x))
    };
    let (moved, wanted) = (distance(row(0), row(1)), comparison.moves());
    let has_moved = row(0).chain(row(1)).all(f64::is_finite) && moved > ENOUGH * wanted;
    let hint = || Hint { misconception: misconception.into(), advice: text.into() };
    (!has_moved).then(|| (format!("logits that move by {moved:.2e}, not by {wanted:.2e}"), Some(hint())))
}
