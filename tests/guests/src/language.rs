//! A small right framework that writes, made so that a guest can replace the one thing that is wrong with it.
//!
//! Layers are made by a [`MakeLayer`], [`fluent`] where they are right; how tokens come to be is a function of [`Writer`].
//! What goes forward may be replaced, and what goes back is right by itself: it makes everything it needs of the input again.

mod attention;
mod block;
mod cache;
mod embedding;
mod fluent;
mod gelu;
mod layer_norm;
mod linear;
mod writer;

pub use attention::{Attend, Attention, Feature, Mechanism, Pair, attended, attention_slopes, side_by_side};
pub use block::{Block, block_slopes};
pub use cache::Cache;
pub use embedding::{Places, Tokens, place_slopes, token_slopes};
pub use fluent::fluent;
pub use gelu::{gelu, gelu_slope, phi};
pub use layer_norm::{LayerNorm, layer_norm_slopes};
pub use linear::{linear, linear_slopes, sum};
pub use tinytorch::{AttentionSpec, BlockSpec, EmbeddingSpec, Language, NormSpec, Sampling, export_language};
pub use writer::{Writer, as_tokens, chosen, probabilities, ranked, room};

/// Exports the right framework with some of its layers replaced, by a [`MakeLayer`](crate::MakeLayer).
#[macro_export]
macro_rules! export_writing_layers {
    ($layer:expr) => {
        #[derive(Default)]
        struct Layers;

        impl $crate::learning::Learner for Layers {
            const LAYER: $crate::MakeLayer = $layer;
        }

        impl $crate::language::Writer for Layers {}

        $crate::export_writer!(Layers);
    };
}

/// Exports a [`Writer`]: the right framework with some of its functions replaced.
#[macro_export]
macro_rules! export_writer {
    ($writer:ty) => {
        $crate::language::export_language!($crate::learning::Lesson<$writer>);
    };
}
