//! One question about writing: a prompt, how tokens are chosen, and the tokens that come.
//!
//! Answers are tokens, of which there is one that is right, so a question is only asked where no rounding changes it: whoever
//! writes near a tie, or near the edge of a draw, is drawn again.

mod habit;

use tito_grade::CaseEvidence;
use tito_kernels::{Wide, bound};
use tito_sandbox::{Called, Guest, Layer, Outcome, Sampling};
use tito_tensor::Tensor;

pub use self::habit::IN_WRITING;
use self::habit::{Forgets, HABITS, Habit, RIGHT};
use crate::{
    Draw, Failure, Known, advice, describe,
    misconception::mechanism::{self, Form, Mechanism, Pair, RIGHT_FORM},
    stack_gauge, stack_value,
};

/// Besides what logits err by: what a cumulative sum of some dozen probabilities rounds, many times over.
const ROUNDED: f64 = 1e-5;

/// A prompt that a model goes on with.
#[derive(Clone, Debug)]
pub struct Writing {
    /// From tokens to logits.
    pub layers: Vec<Layer>,
    /// All of its parameters.
    pub parameters: Vec<Tensor>,
    /// What there is already.
    pub prompt: Vec<u32>,
    /// How a token is chosen.
    pub sampling: Sampling,
    /// One for every new token.
    pub draws: Vec<f32>,
    /// The new tokens.
    pub expected: Vec<u32>,
}

impl Writing {
    /// So many tokens after a prompt; `None` where one of them would hang on a rounding. Draws that lie near an edge are drawn
    /// again, so that this is rare.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit: questions are made by the host.
    pub fn drawn(
        layers: Vec<Layer>,
        parameters: Vec<Tensor>,
        prompt: Vec<u32>,
        count: usize,
        sampling: Sampling,
        draw: &mut Draw,
    ) -> Option<Self> {
        let mut writing =
            Self { layers, parameters, prompt, sampling, draws: Vec::new(), expected: Vec::new() };
        let wide = writing.wide();
        for _ in 0..count {
            let context = writing.context(&writing.text(&writing.expected));
            let logits = writing.logits(&wide, &context, &RIGHT, 0);
            let doubt = writing.doubt(&wide, &context, draw);
            if sampling.top_k > 0 || sampling.temperature == 0.0 {
                let kept = if sampling.temperature == 0.0 { 1 } else { sampling.top_k as usize };
                writing.is_apart(&logits, kept, doubt).then_some(())?;
            }
            let edges = cumulative(&logits, sampling);
            let far = 4.0 * doubt / f64::from(sampling.temperature) + ROUNDED;
            let number = far_from(&edges, far, draw);
            writing.draws.push(number);
            writing.expected.push(habit::chosen(&logits, sampling, number));
        }
        Some(writing)
    }

    /// The tokens of a model whose logits are equal for all implementations, whatever they are.
    ///
    /// # Panics
    ///
    /// As [`drawn`](Self::drawn).
    pub fn exact(
        layers: Vec<Layer>,
        parameters: Vec<Tensor>,
        prompt: Vec<u32>,
        draws: Vec<f32>,
        sampling: Sampling,
    ) -> Self {
        let mut writing = Self { layers, parameters, prompt, sampling, draws, expected: Vec::new() };
        writing.expected = writing.written(&RIGHT);
        writing
    }

    /// Asks a guest that is launched for it.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub fn ask(&self, guest: &mut dyn Guest) -> Called<Vec<u32>> {
        guest.build(&self.layers, 7)?.then(|model| {
            guest.load(model, &self.parameters)?.then(|()| {
                guest.generate(model, &self.prompt, self.draws.len() as u32, self.sampling, &self.draws)
            })
        })
    }

    /// What is asked, without a token of it.
    pub fn asked(&self) -> String {
        let (count, length) = (self.draws.len(), self.prompt.len());
        let how = match self.sampling {
            Sampling { temperature: 0.0, .. } => "the most likely".to_owned(),
            Sampling { temperature, top_k: 0 } => format!("at temperature {temperature}"),
            Sampling { temperature, top_k } => {
                format!("at temperature {temperature} of the {top_k} most likely")
            }
        };
        format!("{count} tokens after {length}, {how}, by {}", describe(&self.layers))
    }

    /// What became of each of these: nothing to say where its tokens are the right ones, else the evidence. A bug is told where
    /// it would have written all that was written: that a wrong model writes what a bug would, once, is chance.
    pub fn judge_all(writings: &[Self], outcomes: &[Outcome<Vec<u32>>]) -> Vec<Result<f64, Box<Failure>>> {
        let answers: Vec<_> = writings.iter().zip(outcomes).filter_map(answered).collect();
        let wrote_all =
            |habit: &Habit| answers.iter().all(|(writing, tokens)| writing.written(habit) == *tokens);
        let is_wrong = answers.iter().any(|(writing, tokens)| writing.expected != *tokens);
        let known = HABITS.iter().filter(|(_, habits)| is_wrong && habits.iter().any(wrote_all));
        let known: Vec<Known> = known.map(|(known, _)| *known).collect();
        writings.iter().zip(outcomes).map(|(writing, outcome)| writing.judge(outcome, &known)).collect()
    }

    fn judge(&self, outcome: &Outcome<Vec<u32>>, known: &[Known]) -> Result<f64, Box<Failure>> {
        let (came_back, hint, explanations) = match outcome {
            Outcome::Answer(tokens) if *tokens == self.expected => return Ok(0.0),
            Outcome::Answer(tokens) => (self.told(tokens), None, known.to_vec()),
            Outcome::Fault(_) | Outcome::Trap(_) if self.is_beyond_context() => {
                (outcome.to_string(), Some(habit::not_cut()), Vec::new())
            }
            other => (other.to_string(), advice(other), Vec::new()),
        };
        let evidence = CaseEvidence { asked: self.asked(), came_back, mismatch: None, hint };
        Err(Box::new(Failure { evidence, explanations }))
    }

    fn told(&self, tokens: &[u32]) -> String {
        if tokens.len() != self.expected.len() {
            return format!("{} tokens, not {}", tokens.len(), self.expected.len());
        }
        let wrong = tokens.iter().zip(&self.expected).position(|(got, wanted)| got != wanted).unwrap_or(0);
        format!("another token at place {wrong} of {}", tokens.len())
    }

    /// Whether the text outgrows what the model sees.
    fn is_beyond_context(&self) -> bool {
        // The last token is never read.
        self.prompt.len() + self.draws.len() - 1 > self.room()
    }

    /// The rows of the table of positions.
    fn room(&self) -> usize {
        let rows = self.layers.iter().filter_map(|layer| match layer {
            Layer::PositionEmbedding(spec) => Some(spec.entries as usize),
            _ => None,
        });
        rows.min().unwrap_or(usize::MAX)
    }

    fn wide(&self) -> Vec<Wide> {
        self.parameters.iter().map(Wide::from).collect()
    }

    fn text(&self, written: &[u32]) -> Vec<u32> {
        [&self.prompt, written].concat()
    }

    /// As much of the end of a text as the model sees.
    fn context(&self, text: &[u32]) -> Vec<u32> {
        text[text.len().saturating_sub(self.room())..].to_vec()
    }

    /// What somebody of this habit writes.
    fn written(&self, habit: &Habit) -> Vec<u32> {
        let (wide, mut written) = (self.wide(), Vec::new());
        for at in 0..self.draws.len() {
            let text = self.text(if habit.goes_on { &written } else { &[] });
            let context = (habit.context)(self.context(&text), &text);
            let logits = self.logits(&wide, &context, habit, at);
            written.push((habit.choose)(&logits, self.sampling, &self.draws, at));
        }
        if habit.repeats_prompt { self.text(&written) } else { written }
    }

    /// The logits at the last place of a context, of which so many at the end were written, by the attention of a habit.
    fn logits(&self, parameters: &[Wide], context: &[u32], habit: &Habit, written: usize) -> Vec<f64> {
        let tokens = Wide::from(&tokens(context));
        let logits = match habit.forgets {
            None => stack_value(&self.layers, parameters, &tokens),
            Some(forgets) => {
                self.forgetful(parameters, &tokens, forgets, context.len().saturating_sub(written).max(1))
            }
        };
        let width = logits.shape().last().unwrap_or(1).max(1);
        logits.data()[logits.data().len() - width..].to_vec()
    }

    /// The logits where a query that was not in the prompt does not see some keys.
    fn forgetful(&self, parameters: &[Wide], tokens: &Wide, forgets: Forgets, prompt: usize) -> Wide {
        let score = |pair: Pair, score: f64| (pair.is_seen() && !forgets(pair, prompt)).then_some(score);
        let mechanism = Mechanism { score: &score, ..mechanism::RIGHT };
        let (mut carried, mut rest) = (tokens.clone(), parameters);
        for layer in &self.layers {
            let (own, others) = rest.split_at(crate::parameter_shapes(layer).len());
            let output = match layer {
                Layer::Attention(spec) => mechanism.attend(&carried, own, *spec),
                Layer::TransformerBlock(spec) => Form { mechanism, ..RIGHT_FORM }.run(&carried, own, *spec),
                layer => Some(stack_value(&[*layer], own, &carried)),
            };
            (carried, rest) = (output.expect("the right layers take these tokens"), others);
        }
        carried
    }

    /// How far the last logits of an honest model may lie from these.
    fn doubt(&self, parameters: &[Wide], context: &[u32], draw: &mut Draw) -> f64 {
        let judged = stack_gauge(&self.layers, parameters, &Wide::from(&tokens(context)), draw);
        let width = judged.value.shape().last().unwrap_or(1).max(1);
        let last = &judged.gauge[judged.gauge.len() - width..];
        bound(judged.terms, last.iter().copied().fold(0.0, f64::max))
    }

    /// Whether the logits of so many most likely tokens are apart from all others'.
    fn is_apart(&self, logits: &[f64], kept: usize, doubt: f64) -> bool {
        let mut sorted = logits.to_vec();
        sorted.sort_by(|one, two| two.total_cmp(one));
        sorted.len() <= kept || sorted[kept - 1] - sorted[kept] > 2.0 * doubt
    }
}

/// A writing with what was written, if anything was.
fn answered<'a>(
    (writing, outcome): (&'a Writing, &'a Outcome<Vec<u32>>),
) -> Option<(&'a Writing, &'a [u32])> {
    match outcome {
        Outcome::Answer(tokens) => Some((writing, tokens)),
        _ => None,
    }
}

fn tokens(context: &[u32]) -> Tensor {
    Tensor::from_fn([1, context.len() as u32], |at| context[at] as f32)
}

/// The cumulative probabilities of the tokens.
fn cumulative(logits: &[f64], sampling: Sampling) -> Vec<f64> {
    let mut sum = 0.0;
    habit::probabilities(logits, sampling)
        .iter()
        .map(|p| {
            sum += p;
            sum
        })
        .collect()
}

/// A number that lies so far from every edge at least; or 0, which lies at none.
fn far_from(edges: &[f64], far: f64, draw: &mut Draw) -> f32 {
    if !far.is_finite() || draw.below(8) == 0 {
        return 0.0;
    }
    let is_far = |number: &f32| edges.iter().all(|edge| (edge - f64::from(*number)).abs() > far);
    let numbers = (0..1_000).map(|_| draw.uniform() as f32);
    numbers.into_iter().find(is_far).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tito_sandbox::{DenseSpec, EmbeddingSpec, Fault};

    use super::*;
    use crate::parameter_shapes;

    /// Tokens, places, a block and logits.
    fn writing(seed: u8, length: usize, context: u32, sampling: Sampling) -> Writing {
        let mut draw = Draw::new([seed; 32]);
        let table = |entries| EmbeddingSpec { entries, width: 8 };
        let block = tito_sandbox::BlockSpec { width: 8, heads: 2, expansion: 2 };
        let layers = vec![
            Layer::TokenEmbedding(table(11)),
            Layer::PositionEmbedding(table(context)),
            Layer::TransformerBlock(block),
            Layer::Dense(DenseSpec { inputs: 8, outputs: 11, bias: true }),
        ];
        let attempt = |_| {
            let shapes = layers.iter().flat_map(parameter_shapes);
            let parameters = shapes.map(|shape| draw.normals(shape, 0.6)).collect();
            let prompt = (0..length).map(|_| draw.below(11) as u32).collect();
            Writing::drawn(layers.clone(), parameters, prompt, 8, sampling, &mut draw)
        };
        (0..50).find_map(attempt).unwrap()
    }

    fn judged(writing: &Writing, outcome: Outcome<Vec<u32>>) -> Result<f64, Box<Failure>> {
        Writing::judge_all(std::slice::from_ref(writing), &[outcome]).remove(0)
    }

    fn told(writing: &Writing, outcome: Outcome<Vec<u32>>) -> BTreeSet<&'static str> {
        let failure = judged(writing, outcome).unwrap_err();
        failure.explanations.iter().map(|known| known.name).collect()
    }

    #[test]
    fn what_is_written_rightly_is_right() {
        for (length, context, sampling) in [
            (3, 16, Sampling::GREEDY),
            (3, 16, Sampling { temperature: 0.7, top_k: 0 }),
            (6, 4, Sampling { temperature: 1.3, top_k: 4 }),
        ] {
            let writing = writing(1, length, context, sampling);
            assert_eq!(writing.written(&RIGHT), writing.expected);
            assert!(judged(&writing, Outcome::Answer(writing.expected.clone())).is_ok());
            assert!(writing.expected.iter().all(|&token| token < 11));
            let short = writing.expected[1..].to_vec();
            assert_eq!(told(&writing, Outcome::Answer(short)), BTreeSet::new());
        }
    }

    /// Every form of every habit that writes something else is told its name.
    #[test]
    fn habits_are_told_their_names() {
        let mut seen = BTreeSet::new();
        for (known, habits) in HABITS {
            for habit in *habits {
                for (seed, temperature, top_k) in
                    [(2, 0.0, 0), (3, 0.6, 3), (4, 1.7, 0), (6, 1.7, 2), (7, 2.5, 3)]
                {
                    let writing =
                        writing(seed, 5, if seed == 4 { 6 } else { 16 }, Sampling { temperature, top_k });
                    let tokens = writing.written(habit);
                    if tokens != writing.expected {
                        assert!(
                            told(&writing, Outcome::Answer(tokens)).contains(known.name),
                            "{}",
                            known.name
                        );
                        seen.insert(known.name);
                    }
                }
            }
        }
        // Those show where logits are equal, where a draw is 0, and where logits are large.
        let rare = ["last-of-equals", "draw-met-not-exceeded", "softmax-unshifted"];
        let all = HABITS.iter().map(|(known, _)| known.name).filter(|name| !rare.contains(name));
        assert!(all.clone().all(|name| seen.contains(name)), "{seen:?}");
        assert_eq!(IN_WRITING.len(), HABITS.len() + 1);
    }

    #[test]
    fn a_fault_is_about_the_context_where_the_text_outgrows_it() {
        let fault = || Outcome::Fault(Fault::ShapeMismatch("too long".to_owned()));
        let hint = |writing: &Writing| judged(writing, fault()).unwrap_err().evidence.hint;
        assert_eq!(hint(&writing(5, 3, 6, Sampling::GREEDY)).unwrap().misconception, "context-not-cut");
        assert_eq!(hint(&writing(5, 3, 16, Sampling::GREEDY)), None);
    }

    #[test]
    fn of_equals_the_first_is_taken_and_a_draw_is_exceeded() {
        #[track_caller]
        fn check(logits: &[f64], top_k: u32, draw: f32, expected: u32) {
            let sampling = Sampling { temperature: if draw < 0.0 { 0.0 } else { 1.0 }, top_k };
            assert_eq!(habit::chosen(logits, sampling, draw), expected);
        }
        check(&[1.0, 3.0, 3.0], 0, -1.0, 1);
        check(&[0.0; 4], 0, 0.0, 0);
        check(&[0.0; 4], 0, 0.25, 1);
        check(&[0.0; 4], 0, 0.999, 3);
        check(&[0.0, 5.0, 1.0, 4.0], 2, 0.0, 1);
        check(&[0.0, 5.0, 1.0, 4.0], 2, 0.9, 3);
        check(&[0.0, 5.0], 7, 0.0, 0);
    }
}
