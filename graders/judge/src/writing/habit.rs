//! How tokens are chosen, rightly and otherwise.

use tito_grade::Hint;
use tito_sandbox::Sampling;

use crate::{Known, misconception::mechanism::Pair};

/// Which keys a query is not shown, given the length of the prompt.
pub(super) type Forgets = fn(Pair, usize) -> bool;

/// A way to write.
#[derive(Clone, Copy)]
pub(super) struct Habit {
    /// The token, given logits, the draws and which of them it is.
    pub(super) choose: fn(&[f64], Sampling, &[f32], usize) -> u32,
    /// What is shown to the model, given what should be and the whole text.
    pub(super) context: fn(Vec<u32>, &[u32]) -> Vec<u32>,
    /// What its cache has lost.
    pub(super) forgets: Option<Forgets>,
    /// Whether what was written is read again.
    pub(super) goes_on: bool,
    /// Whether the prompt is given back, too.
    pub(super) repeats_prompt: bool,
}

/// As it should be.
pub(super) const RIGHT: Habit = Habit {
    choose: |logits, sampling, draws, at| chosen(logits, sampling, draws[at]),
    context: |context, _| context,
    forgets: None,
    goes_on: true,
    repeats_prompt: false,
};

/// All known bugs of writing, the more particular first.
pub const IN_WRITING: &[Known] =
    &[known(0), known(1), known(2), known(3), known(4), known(5), known(6), known(7), known(8), NOT_CUT];

const fn known(at: usize) -> Known {
    HABITS[at].0
}

/// What is told where a text outgrows the table of positions and no answer comes.
const NOT_CUT: Known = Known {
    name: "context-not-cut",
    advice: "The text outgrows the table of positions. Show the model the last tokens alone, as many as it has rows, at places \
             counted from 0.",
};

pub(super) fn not_cut() -> Hint {
    Hint { misconception: NOT_CUT.name.into(), advice: NOT_CUT.advice.into() }
}

/// What is told, and in which forms the bug comes.
pub(super) const HABITS: &[(Known, &[Habit])] = &[
    (
        Known {
            name: "prompt-returned",
            advice: "The prompt comes back, too. `generate` returns the new tokens alone.",
        },
        &[Habit { repeats_prompt: true, ..RIGHT }],
    ),
    (
        Known {
            name: "last-of-equals",
            advice: "Of equally likely tokens another one is taken than the first. At temperature 0 it is the lowest index.",
        },
        &[Habit {
            choose: |logits, sampling, draws, at| last_of_equals(logits, sampling, draws[at]),
            ..RIGHT
        }],
    ),
    (
        Known {
            name: "draw-met-not-exceeded",
            advice: "The cumulative probability must exceed the draw. Where it is as large, as both are at a draw of 0 and tokens \
                     without probability, the token is another one.",
        },
        &[Habit { choose: |logits, sampling, draws, at| met(logits, sampling, draws[at]), ..RIGHT }],
    ),
    (
        Known {
            name: "sampling-off-by-one",
            advice: "The token beside the right one is taken, or another token's draw: token i is the first at which the cumulative \
                     probability, its own included, exceeds draws[i].",
        },
        &[
            Habit {
                choose: |logits, sampling, draws, at| {
                    let chosen = chosen(logits, sampling, draws[at]);
                    if sampling.temperature == 0.0 {
                        chosen
                    } else {
                        (chosen + 1).min(logits.len() as u32 - 1)
                    }
                },
                ..RIGHT
            },
            Habit {
                choose: |logits, sampling, draws, at| {
                    let chosen = chosen(logits, sampling, draws[at]);
                    if sampling.temperature == 0.0 { chosen } else { chosen.saturating_sub(1) }
                },
                ..RIGHT
            },
            Habit {
                choose: |logits, sampling, draws, at| chosen(logits, sampling, draws[(at + 1) % draws.len()]),
                ..RIGHT
            },
            Habit { choose: |logits, sampling, draws, _| chosen(logits, sampling, draws[0]), ..RIGHT },
        ],
    ),
    (
        Known {
            name: "temperature-after-softmax",
            advice: "The temperature makes no difference, or divides probabilities. It divides the logits, before the softmax.",
        },
        &[
            Habit {
                choose: |logits, sampling, draws, at| {
                    let temperature = if sampling.temperature == 0.0 { 0.0 } else { 1.0 };
                    chosen(logits, Sampling { temperature, ..sampling }, draws[at])
                },
                ..RIGHT
            },
            Habit {
                choose: |logits, sampling, draws, at| match sampling.temperature {
                    0.0 => chosen(logits, sampling, draws[at]),
                    by => {
                        let plain = Sampling { temperature: 1.0, ..sampling };
                        let by = f64::from(by);
                        exceeding(probabilities(logits, plain).iter().map(|p| p / by), draws[at])
                            .unwrap_or(logits.len() as u32 - 1)
                    }
                },
                ..RIGHT
            },
            Habit {
                choose: |logits, sampling, draws, at| match sampling.temperature {
                    0.0 => chosen(logits, sampling, draws[at]),
                    by => chosen(logits, Sampling { temperature: 1.0 / by, ..sampling }, draws[at]),
                },
                ..RIGHT
            },
        ],
    ),
    (
        Known {
            name: "top-k-ignored",
            advice: "Tokens are drawn that are not among the k most likely. Those alone have a probability, and it is theirs that \
                     adds up to 1.",
        },
        &[Habit {
            choose: |logits, sampling, draws, at| {
                chosen(logits, Sampling { top_k: 0, ..sampling }, draws[at])
            },
            ..RIGHT
        }],
    ),
    (
        Known {
            name: "cache-forgets-newest",
            advice: "New tokens do not see themselves, or what was written before them. Put a token's key and value into the cache \
                     before its query looks at it.",
        },
        &[
            Habit { forgets: Some(|pair, prompt| pair.query >= prompt && pair.key == pair.query), ..RIGHT },
            Habit { forgets: Some(|pair, prompt| pair.query >= prompt && pair.key >= prompt), ..RIGHT },
            Habit {
                forgets: Some(|pair, prompt| {
                    pair.query >= prompt && pair.key >= prompt && pair.key < pair.query
                }),
                ..RIGHT
            },
        ],
    ),
    (
        Known {
            name: "text-not-read-on",
            advice: "Every token goes on from the prompt alone, or the model is shown another part of the text than its end.",
        },
        &[
            Habit { goes_on: false, ..RIGHT },
            Habit { context: |context, text| text[..context.len()].to_vec(), ..RIGHT },
            Habit { context: |context, _| context[context.len() - 1..].to_vec(), ..RIGHT },
            Habit { context: |context, _| context[..(context.len() - 1).max(1)].to_vec(), ..RIGHT },
        ],
    ),
    (
        Known {
            name: "softmax-unshifted",
            advice: "The powers of large logits overflow, or those of small ones are all zero. Subtract the largest logit first: \
                     softmax(x) = softmax(x - c).",
        },
        &[
            // The most likely, the last and the first.
            Habit {
                choose: |logits, sampling, draws, at| {
                    unshifted(logits, sampling, draws[at], |ranked| ranked[0])
                },
                ..RIGHT
            },
            Habit {
                choose: |logits, sampling, draws, at| {
                    unshifted(logits, sampling, draws[at], |ranked| ranked.len() as u32 - 1)
                },
                ..RIGHT
            },
            Habit {
                choose: |logits, sampling, draws, at| unshifted(logits, sampling, draws[at], |_| 0),
                ..RIGHT
            },
        ],
    ),
];

/// By powers of logits as they are, as f32 has them; where all have overflowed, or none is left, one that the loop ends with.
fn unshifted(logits: &[f64], sampling: Sampling, draw: f32, left: fn(&[u32]) -> u32) -> u32 {
    if sampling.temperature == 0.0 {
        return chosen(logits, sampling, draw);
    }
    let ranked = ranked(logits);
    let kept = if sampling.top_k == 0 { ranked.len() } else { ranked.len().min(sampling.top_k as usize) };
    let mut powers = vec![0.0f32; logits.len()];
    for &token in &ranked[..kept] {
        powers[token as usize] =
            libm::expf((logits[token as usize] / f64::from(sampling.temperature)) as f32);
    }
    let sum: f32 = powers.iter().sum();
    let is_lost = sum == 0.0 || !sum.is_finite();
    if is_lost { left(&ranked) } else { chosen(logits, sampling, draw) }
}

/// The right token.
pub(super) fn chosen(logits: &[f64], sampling: Sampling, draw: f32) -> u32 {
    if sampling.temperature == 0.0 {
        return ranked(logits)[0];
    }
    let most_likely = ranked(logits)[0];
    exceeding(probabilities(logits, sampling).into_iter(), draw).unwrap_or(most_likely)
}

/// The first token at which the sum exceeds the draw.
fn exceeding(mut probabilities: impl Iterator<Item = f64>, draw: f32) -> Option<u32> {
    let mut sum = 0.0;
    let exceeds = |p: f64| {
        sum += p;
        sum > f64::from(draw)
    };
    probabilities.position(exceeds).map(|token| token as u32)
}

fn met(logits: &[f64], sampling: Sampling, draw: f32) -> u32 {
    if sampling.temperature == 0.0 {
        return chosen(logits, sampling, draw);
    }
    let mut sum = 0.0;
    let meets = |p: &f64| {
        sum += p;
        sum >= f64::from(draw)
    };
    probabilities(logits, sampling).iter().position(meets).unwrap_or(0) as u32
}

fn last_of_equals(logits: &[f64], sampling: Sampling, draw: f32) -> u32 {
    if sampling.temperature == 0.0 {
        let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        return logits.iter().rposition(|&logit| logit == most).unwrap_or(0) as u32;
    }
    chosen(logits, sampling, draw)
}

/// The tokens, the most likely first, of equals the lowest.
fn ranked(logits: &[f64]) -> Vec<u32> {
    let mut tokens: Vec<u32> = (0..logits.len() as u32).collect();
    // A stable sort keeps equals in their order.
    tokens.sort_by(|&one, &two| logits[two as usize].total_cmp(&logits[one as usize]));
    tokens
}

/// softmax(logits / temperature) over the most likely tokens, and 0 for all others.
pub(super) fn probabilities(logits: &[f64], sampling: Sampling) -> Vec<f64> {
    let ranked = ranked(logits);
    let kept = if sampling.top_k == 0 { ranked.len() } else { ranked.len().min(sampling.top_k as usize) };
    let most = logits[ranked[0] as usize];
    let mut probabilities = vec![0.0; logits.len()];
    for &token in &ranked[..kept] {
        let token = token as usize;
        probabilities[token] = libm::exp((logits[token] - most) / f64::from(sampling.temperature));
    }
    let sum: f64 = probabilities.iter().sum();
    probabilities.iter().map(|p| p / sum).collect()
}
