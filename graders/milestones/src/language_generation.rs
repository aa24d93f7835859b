//! Milestone 5, Language Generation: "I can build the future of AI!"

mod attention;
mod causality;
mod dependence;
mod drawn;
mod gelu;
mod gpt;
mod impossible;
mod layer_norm;
mod parameters;
mod position_embedding;
mod token_embedding;
mod transformer_block;
mod writing;

use tito_data::{Description, Split, TINYDIGITS};

use crate::milestone::{Check, Milestone};

/// No check here needs data yet. Those that do will want a text.
static DATA: [&Description; 1] = [&TINYDIGITS];

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
];

/// The milestone with its rubric.
pub(crate) fn milestone() -> Milestone {
    Milestone::embedded(include_str!("language_generation/milestone.toml"), &DATA, Split::Test, CHECKS)
}
