//! What a model writes that has learnt a text: words or not, loops, copies, and whether it is the model who writes.

use std::collections::BTreeSet;

use tito_data::{Split, Text, words};
use tito_grade::{Hint, Table};
use tito_judge::{Draw, Examiner, Findings, advice};
use tito_sandbox::{Called, Guest, HostError, Layer, Mode, ModelId, Outcome, Usage};
use tito_tensor::Tensor;

use super::{
    Literate, hint,
    likeness::{distinct, longest_in_both, longest_repeat},
    literate::{Piece, TEMPERATURE, Written, both},
    native_text::{babble, progress},
    sampled::picks,
};
use crate::{Context, faults::CameBack, milestone::Found};

/// Letters of what counts as a word: shorter ones come about by chance.
const LETTERS: usize = 3;

/// How many passages of the text are looked at, to see how much of a text comes again.
const PASSAGES: usize = 100;

/// How much less varied than the text's own passages a text may be.
const AS_VARIED: f64 = 0.6;

/// What may be a quotation: so many characters in a row that stand in the training text.
const QUOTED: usize = 60;

/// How much of a text is shown.
const SHOWN_LINES: usize = 16;
const SHOWN_CHARACTERS: usize = 100;

/// Each token is the one that its draw picks by the model's own logits after everything before it.
pub(super) fn goes_on(context: &Context<'_>) -> Result<Found, HostError> {
    let literate = context.literate()?;
    let mut findings = Findings::default();
    let Some(written) = written(literate, &mut findings) else { return Ok(Found::Cases(findings)) };
    for (number, strays) in literate.strays.iter().enumerate() {
        let asked = format!("text {} of {}, written on from its prompt", number + 1, written.len());
        findings.question(asked, strays.clone());
    }
    show(written, &mut findings);
    Ok(Found::Cases(findings))
}

/// What is wrong with each text as the model's own: tokens that its logits and the draws do not pick.
pub(super) fn strays(
    examiner: &Examiner<'_>,
    (layers, parameters): (&[Layer], &[Tensor]),
    written: &[Written],
) -> Result<(Vec<CameBack>, Usage), HostError> {
    let (mut strays, mut all) = (Vec::new(), Usage::default());
    for one in written {
        let (outcome, usage) =
            examiner.with_model(layers, parameters, |guest, model| strayed(guest, model, &one.pieces))?;
        all = both(all, usage);
        strays.push(match &outcome {
            Outcome::Answer(None) => None,
            Outcome::Answer(Some(told)) => Some((told.clone(), hint("not-by-the-draws"))),
            other => Some((other.to_string(), advice(other))),
        });
    }
    Ok((strays, all))
}

/// Tokens that the draws do not pick, in words.
fn strayed(guest: &mut dyn Guest, model: ModelId, pieces: &[Piece]) -> Called<Option<String>> {
    let (mut wrong, mut all) = (0, 0);
    for Piece { prompt, draws, tokens } in pieces {
        if tokens.len() != draws.len() {
            let told = format!("{} tokens, where {} were asked for", tokens.len(), draws.len());
            return Ok(Outcome::Answer(Some(told)));
        }
        let shown = prompt.iter().chain(&tokens[..tokens.len() - 1]).map(|&token| token as f32).collect();
        let input = Tensor::new([1, (prompt.len() + tokens.len() - 1) as u32], shown)
            .expect("it is as long as it is");
        let logits = match guest.forward(model, &input, Mode::Inference)? {
            Outcome::Answer(logits) => logits,
            other => return Ok(other.map(|_| unreachable!("it is no answer"))),
        };
        let width = logits.shape().last().unwrap_or(1).max(1);
        let rows = logits.data().chunks_exact(width).skip(prompt.len() - 1);
        let right = rows
            .zip(draws)
            .zip(tokens)
            .filter(|((row, draw), token)| picks(row, TEMPERATURE, **draw, **token))
            .count();
        wrong += tokens.len() - right;
        all += tokens.len();
    }
    Ok(Outcome::Answer((wrong > 0).then(|| format!("{wrong} of {all} tokens that the draws do not pick"))))
}

/// The share of words that are some of the text's.
pub(super) fn real_words(context: &Context<'_>) -> Result<Found, HostError> {
    let (literate, text) = (context.literate()?, context.text());
    let mut findings = Findings::default();
    let Some(written) = written(literate, &mut findings) else { return Ok(Found::Cases(findings)) };
    let is_own = literate.writes_itself();
    findings.question(OWN, (!is_own).then(not_own));
    let share = share_of_words(text, written.iter().map(|one| one.text.as_str()));
    let mut draw = Draw::new([0; 32]);
    let babbled: Vec<String> =
        written.iter().map(|one| babble(text, one.text.chars().count(), &mut draw)).collect();
    let none = share_of_words(text, babbled.iter().map(String::as_str));
    let (full, native) = (literate.native.full_words(), literate.native.words);
    findings.measured("words", share);
    findings.measured("native_words", native);
    findings.measured("full_words", full);
    findings.measured("babbled_words", none);
    // Words that something else than the model has chosen are none that it has learnt.
    findings.measured("progress", if is_own { progress(share, none, full) } else { 0.0 });
    findings.conclude(format!(
        "{:.0} % of its words of {LETTERS} letters or more are the text's, where the native model's are {:.0} %",
        100.0 * share,
        100.0 * native
    ));
    Ok(literate.found(findings))
}

/// The share of the words in some writings that stand in the text, held-out part included. The first and the last
/// word of each may be cut and do not count.
pub(super) fn share_of_words<'a>(text: &Text, written: impl Iterator<Item = &'a str>) -> f64 {
    let real: BTreeSet<String> =
        [Split::Train, Split::Test].into_iter().flat_map(|split| words(text.part(split))).collect();
    let (mut right, mut all) = (0, 0);
    for one in written {
        let own: Vec<String> = words(one).collect();
        let whole = own.get(1..own.len().saturating_sub(1)).unwrap_or_default();
        let long: Vec<_> = whole.iter().filter(|word| word.chars().count() >= LETTERS).collect();
        right += long.iter().filter(|word| real.contains(**word)).count();
        all += long.len();
    }
    if all == 0 { 0.0 } else { f64::from(right as u32) / f64::from(all as u32) }
}

/// What is written comes again no more than in the text itself.
pub(super) fn no_loops(context: &Context<'_>) -> Result<Found, HostError> {
    let (literate, text) = (context.literate()?, context.text());
    let mut findings = Findings::default();
    let Some(written) = written(literate, &mut findings) else { return Ok(Found::Cases(findings)) };
    if !literate.writes_itself() {
        // That what is not the model's own is varied says nothing of the model.
        findings = Findings::default();
        findings.used(literate.usage);
        findings.question(OWN, Some(not_own()));
    }
    let mut draw = context.seed.draw("5/passages");
    let training = text.tokens(Split::Train);
    for (number, one) in written.iter().enumerate() {
        let tokens = tokens(text, &one.text);
        let passages = passages(training, tokens.len(), &mut draw);
        let varied = passages.iter().map(|passage| distinct(passage)).sum::<f64>() / passages.len() as f64;
        let repeat = passages.iter().map(|passage| longest_repeat(passage)).max().unwrap_or_default();
        let (own_varied, own_repeat) = (distinct(&tokens), longest_repeat(&tokens));
        let is_loop = own_varied < AS_VARIED * varied || own_repeat > (2 * repeat).max(tokens.len() / 4);
        let told = || {
            format!(
                "{:.0} % of its runs of 6 characters differ and {own_repeat} characters come again in a row, where the \
                 text has {:.0} % and at most {repeat}",
                100.0 * own_varied,
                100.0 * varied
            )
        };
        let asked = format!("text {} of {}, as varied as the text", number + 1, written.len());
        match is_loop {
            true => findings.question(asked, Some((told(), hint("writes-in-a-loop")))),
            false if literate.writes_itself() => findings.question(asked, None),
            false => {}
        }
    }
    Ok(Found::Cases(findings))
}

/// Passages of the training text of this length.
fn passages<'a>(training: &'a [u8], length: usize, draw: &mut Draw) -> Vec<&'a [u8]> {
    let length = length.min(training.len());
    let places = training.len() - length + 1;
    (0..PASSAGES).map(|_| &training[draw.below(places as u64) as usize..][..length]).collect()
}

/// Nothing long stands in the training text as it is written.
pub(super) fn not_copied(context: &Context<'_>) -> Result<Found, HostError> {
    let (literate, text) = (context.literate()?, context.text());
    let mut findings = Findings::default();
    let Some(written) = written(literate, &mut findings) else { return Ok(Found::Cases(findings)) };
    let training = text.tokens(Split::Train);
    let copied: Vec<usize> =
        written.iter().map(|one| longest_in_both(&tokens(text, &one.text), training)).collect();
    let longest = copied.iter().copied().max().unwrap_or_default();
    // Texts whose lines come again are quoted by chance: as long as by their own held-out part.
    let is_short = longest <= QUOTED;
    let allowed =
        if is_short { QUOTED } else { QUOTED.max(longest_in_both(text.tokens(Split::Test), training)) };
    for (number, copied) in copied.into_iter().enumerate() {
        let asked = format!("text {} of {}, the model's own", number + 1, written.len());
        let told = || format!("{copied} characters in a row that stand in the training text");
        findings.question(asked, (copied > allowed).then(|| (told(), hint("copies-the-text"))));
    }
    findings.measured("longest_quotation", longest as f64);
    findings.measured("allowed_quotation", allowed as f64);
    Ok(Found::Cases(findings))
}

/// The text's tokens of what was written; what is no character of it is a token that no text has.
fn tokens(text: &Text, written: &str) -> Vec<u8> {
    let token = |character| text.vocabulary().binary_search(&character).ok();
    let tokens = written.chars().map(|character| token(character).and_then(|token| u8::try_from(token).ok()));
    tokens.map(|token| token.unwrap_or(u8::MAX)).collect()
}

/// What is asked where something else than the model may have written.
const OWN: &str = "texts whose tokens the draws pick by the model's own logits";

fn not_own() -> (String, Option<Hint>) {
    ("tokens that they do not pick, as `goes-on` shows".to_owned(), hint("not-by-the-draws"))
}

/// What was written, where it was; else what came back instead is found.
fn written<'a>(literate: &'a Literate, findings: &mut Findings) -> Option<&'a [Written]> {
    findings.used(literate.usage);
    let (written, came_back) = match &literate.written {
        Outcome::Answer(written) if written.iter().all(|one| one.is_whole) => {
            (Some(written.as_slice()), None)
        }
        Outcome::Answer(_) => {
            (None, Some(("too few or too many tokens, or some that are none".to_owned(), None)))
        }
        other => (None, Some((other.to_string(), advice(other)))),
    };
    findings.question("texts by the model that has learnt", came_back);
    written
}

/// Shows the first text, line by line, behind its prompt. Its characters are some of the text's, whatever the guest gave.
fn show(written: &[Written], findings: &mut Findings) {
    let Some(first) = written.first() else { return };
    let whole = format!("{}{}", first.prompt, first.text);
    // A prompt is cut out of the text, where lines may be empty.
    let lines = whole.lines().filter(|line| !line.trim().is_empty());
    let rows = lines.take(SHOWN_LINES).map(|line| vec![line.chars().take(SHOWN_CHARACTERS).collect()]);
    findings.tabulated(Table {
        title: format!("What it writes after {} characters of the text", first.prompt.chars().count()),
        columns: vec!["text".to_owned()],
        rows: rows.collect(),
    });
}
