//! A whole GPT: its logits and its gradients against those of the oracle's layers.

use std::iter;

use tito_judge::{
    Case, Cheat, Draw, Given, Kind, Misconception, Part, Question, audited, describe, is_seen_by_sampling,
    parameter_shapes, stack_gradient_gauge,
};
use tito_kernels::{Judged, Wide};
use tito_sandbox::{Called, Guest, HostError, Layer, Mode};
use tito_tensor::Tensor;

use super::drawn::Gpt;
use crate::{Context, milestone::Found};

/// GPTs, and texts of so many tokens.
const SETTINGS: [(Gpt, [u32; 2]); 5] = [
    (Gpt { entries: 7, context: 6, width: 4, heads: 1, expansion: 2, blocks: 1 }, [2, 4]),
    (Gpt { entries: 11, context: 9, width: 6, heads: 2, expansion: 4, blocks: 1 }, [1, 9]),
    (Gpt { entries: 5, context: 8, width: 12, heads: 3, expansion: 1, blocks: 2 }, [3, 5]),
    (Gpt { entries: 17, context: 5, width: 8, heads: 4, expansion: 3, blocks: 2 }, [2, 2]),
    (Gpt { entries: 13, context: 12, width: 10, heads: 2, expansion: 2, blocks: 3 }, [1, 7]),
];

/// As wide as one that learns, and more places than it has: loops over tiles go wrong where there are several tiles, and a rest.
const LEARNT: (Gpt, [u32; 2]) =
    (Gpt { entries: 37, context: 33, width: 32, heads: 4, expansion: 4, blocks: 2 }, [1, 33]);

/// The logits at every place of every text.
pub(super) fn logits(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/gpt");
    let case = |(gpt, [texts, length]): (Gpt, [u32; 2])| {
        audited(|| {
            let parameters = gpt.parameters(&mut draw);
            let tokens = gpt.tokens(&mut draw, texts, length);
            Case::of_stack(gpt.layers(), parameters, tokens, &mut draw)
                .rehearsed_with(&mut draw, |draw| gpt.tokens(draw, texts, length))
        })
    };
    let cases: Vec<_> = SETTINGS.into_iter().chain([LEARNT]).map(case).collect();
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// The gradients of all parameters.
pub(super) fn gradients(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("5/gpt-gradients");
    let mut lessons: Vec<_> =
        SETTINGS.into_iter().map(|(gpt, shape)| audited(|| seen(&mut draw, gpt, shape))).collect();
    // Of so many places sampling sees all roundings.
    lessons.push(Lesson::new(&mut draw, LEARNT.0, LEARNT.1));
    Ok(Found::Cases(context.examiner().ask_each(&lessons, Lesson::ask)?))
}

/// How often a lesson is drawn again before the generator is held to be broken.
const ATTEMPTS: usize = 1_000;

/// A lesson of whose gradients the sampled bounds see what is rounded.
///
/// # Panics
///
/// If none of a thousand is.
fn seen(draw: &mut Draw, gpt: Gpt, shape: [u32; 2]) -> Lesson {
    let mut lessons = (0..ATTEMPTS).map(|_| Lesson::new(draw, gpt, shape));
    let is_seen = |lesson: &Lesson| is_seen_by_sampling(&lesson.layers, &lesson.expected);
    lessons.find(is_seen).expect("most GPTs are seen by sampling")
}

/// A GPT with a text and the gradient of its logits.
struct Lesson {
    layers: Vec<Layer>,
    parameters: Vec<Tensor>,
    tokens: Tensor,
    gradient: Tensor,
    /// Of the tokens, which have none, and of all parameters.
    expected: Vec<Judged>,
}

impl Lesson {
    fn new(draw: &mut Draw, gpt: Gpt, [texts, length]: [u32; 2]) -> Self {
        let (layers, parameters) = (gpt.layers(), gpt.parameters(draw));
        let tokens = gpt.tokens(draw, texts, length);
        let gradient = draw.normals([texts, length, gpt.entries], 1.0);
        let wide: Vec<_> = parameters.iter().map(Wide::from).collect();
        let (input, back) = (Wide::from(&tokens), Wide::from(&gradient));
        let expected = stack_gradient_gauge(&layers, &wide, &input, &back, draw);
        Self { layers, parameters, tokens, gradient, expected }
    }

    fn ask(&self, guest: &mut dyn Guest) -> Called<Vec<Tensor>> {
        guest.build(&self.layers, 7)?.then(|model| {
            guest.load(model, &self.parameters)?.then(|()| {
                guest.forward(model, &self.tokens, Mode::Training)?.then(|_| {
                    guest.backward(model, &self.gradient)?.then(|to_tokens| {
                        let all = |own| iter::once(to_tokens).chain::<Vec<_>>(own).collect();
                        Ok(guest.gradients(model)?.map(all))
                    })
                })
            })
        })
    }

    /// The place of each parameter in its layer, and the layer's.
    fn places(&self) -> impl Iterator<Item = (usize, &Layer, usize)> {
        let of = |(at, layer): (usize, &'_ Layer)| {
            let layer = *layer;
            (0..parameter_shapes(&layer).len()).map(move |own| (at, own))
        };
        self.layers.iter().enumerate().flat_map(of).map(|(at, own)| (at, &self.layers[at], own))
    }
}

/// Which of a block's parameters is the key's bias, whose gradient is zero by its nature.
const KEY_BIAS: usize = tito_kernels::transformer_block::KEY_BIAS;

impl Question for Lesson {
    type Answer = Vec<Tensor>;
    type Given = Given;

    fn asked(&self) -> String {
        format!("backward through {} on tokens {}", describe(&self.layers), self.tokens.shape())
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let names = self.places().map(|(at, layer, own)| {
            format!("the gradient of parameter {} of layer {}, {}", own + 1, at + 1, describe(&[*layer]))
        });
        let names = iter::once("the gradient of the tokens".to_owned()).chain(names);
        names.zip(&self.expected).map(|(name, expected)| Part { name, expected }).collect()
    }

    fn tensors(answer: &Vec<Tensor>) -> &[Tensor] {
        answer
    }

    fn kind(&self) -> Kind {
        Kind::Random
    }

    fn vanishes(&self, part: usize) -> bool {
        let Some(at) = part.checked_sub(1) else { return true };
        let place = self.places().nth(at);
        matches!(place, Some((_, Layer::TransformerBlock(_), KEY_BIAS)))
    }

    fn own_cheats(&self) -> Vec<Cheat> {
        let own = self.parameters.iter().enumerate();
        own.map(|(at, parameter)| Cheat { name: "the parameter", part: at + 1, answer: parameter.clone() })
            .collect()
    }

    fn misconceptions() -> impl Iterator<Item = &'static Misconception<Self>> {
        iter::empty()
    }
}
