//! How the next token is chosen, as a value that also travels between processes.

use serde::{Deserialize, Serialize};

use crate::contract::generation as wit;

/// How the next token is chosen from its logits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// What logits are divided by; 0 takes the most likely token, the lowest index of equals.
    pub temperature: f32,
    /// How many of the most likely tokens are left; 0 leaves all.
    pub top_k: u32,
}

impl Sampling {
    /// Always the most likely token.
    pub const GREEDY: Self = Self { temperature: 0.0, top_k: 0 };
}

impl From<Sampling> for wit::Sampling {
    fn from(Sampling { temperature, top_k }: Sampling) -> Self {
        Self { temperature, top_k }
    }
}
