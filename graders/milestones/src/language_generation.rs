//! Milestone 5, Language Generation: "I can build the future of AI!"

mod attention;
mod causality;
mod dependence;
mod drawn;
mod gelu;
mod gpt;
mod impossible;
mod layer_norm;
mod likeness;
mod literate;
mod native_text;
mod parameters;
mod position_embedding;
mod reuse;
mod sampled;
mod text;
mod token_embedding;
mod transformer_block;
mod unified;
mod writing;
mod written;

use tito_data::{Description, Split, TINYSHAKESPEARE, TINYTALK};
use tito_grade::Hint;

pub(crate) use self::literate::{Literate, literate};
pub use self::{native_text::NativeText, reuse::comparison, unified::native_both};

use crate::milestone::{Brings, COMPONENT_REUSE, Check, Milestone};

static DATA: [&Description; 2] = [&TINYSHAKESPEARE, &TINYTALK];

const CHECKS: &[(&str, Check)] = &[
    ("language-parameters", parameters::check),
    ("token-embedding", token_embedding::forward),
    ("position-embedding", position_embedding::forward),
    ("layer-norm", layer_norm::forward),
    ("gelu", gelu::forward),
    ("attention", attention::whole),
    ("attention-causal", attention::causal),
    ("transformer-block", transformer_block::forward),
    ("causality", causality::check),
    ("position-dependence", dependence::of_positions),
    ("context-dependence", dependence::of_context),
    ("gpt", gpt::logits),
    ("backward-token-embedding", token_embedding::backward),
    ("backward-position-embedding", position_embedding::backward),
    ("backward-layer-norm", layer_norm::backward),
    ("backward-gelu", gelu::backward),
    ("backward-attention", attention::backward),
    ("backward-transformer-block", transformer_block::backward),
    ("gpt-gradients", gpt::gradients),
    ("generate-most-likely", writing::most_likely),
    ("generate-by-draws", writing::by_draws),
    ("generate-beyond-context", writing::beyond_context),
    ("impossible-language", impossible::check),
    ("text-training", text::training),
    ("held-out-text", text::held_out),
    ("goes-on", written::goes_on),
    ("real-words", written::real_words),
    ("no-loops", written::no_loops),
    ("not-copied", written::not_copied),
    (COMPONENT_REUSE, reuse::check),
    ("both-learn", unified::both_learn),
    ("undisturbed", unified::undisturbed),
    ("same-parts", unified::same_parts),
];

/// The milestone with its rubric.
pub(crate) fn milestone() -> Milestone {
    Milestone::embedded(
        include_str!("language_generation/milestone.toml"),
        &DATA,
        Split::Train,
        Brings::Nothing,
        CHECKS,
    )
}

/// Known bugs of models that learn texts, by name, with what to tell the student.
const MISTAKES: &[(&str, &str)] = &[
    (
        "model-not-trained",
        "The parameters are those of before. `fit` trains the model that it is given, whatever its layers are.",
    ),
    (
        "text-known-by-heart",
        "The model knows the text better than one pass over what was lent can teach. `fit` learns from the batches that it is \
         lent, from the parameters that it is given, and from nothing that the component brings along.",
    ),
    (
        "targets-not-shifted",
        "The model has learnt to repeat its input. The targets of a batch are the next characters: hold the logits \
         against them, and not against the inputs.",
    ),
    (
        "not-of-its-layers",
        "A model answers what its layers give in order, with the parameters that it was given, whatever it has seen before.",
    ),
    (
        "not-by-the-draws",
        "Each token is the first at which the cumulative probability exceeds its draw, after everything that was \
         written so far.",
    ),
    ("writes-in-a-loop", "The same characters come again and again. Does generation use its draws?"),
    ("copies-the-text", "What a model writes is drawn from its probabilities and is not looked up."),
    (
        "other-model-moved",
        "Two models share something: parameters, gradients or moments. Each has its own, also of the same shape.",
    ),
];

/// What to tell about a known bug.
fn hint(name: &str) -> Option<Hint> {
    let (name, advice) =
        MISTAKES.iter().find(|(known, _)| *known == name).expect("a bug that is named is known");
    Some(Hint { misconception: (*name).into(), advice: (*advice).into() })
}
