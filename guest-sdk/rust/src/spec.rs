//! What a layer is asked to be: the contract's own descriptions under readable names.

use std::fmt;

pub use crate::bindings::inference::tinytorch::framework::layers::{
    AttentionSpec, BlockSpec, Conv2dSpec, DenseSpec, EmbeddingSpec, Layer as LayerSpec, NormSpec, Pool2dSpec,
};

/// The name that the contract gives the layer, for example `max-pool2d`.
impl fmt::Display for LayerSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Dense(_) => "dense",
            Self::Relu => "relu",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Softmax => "softmax",
            Self::Flatten => "flatten",
            Self::Conv2d(_) => "conv2d",
            Self::MaxPool2d(_) => "max-pool2d",
            Self::AveragePool2d(_) => "average-pool2d",
            Self::BatchNorm2d(_) => "batch-norm2d",
            Self::Dropout(_) => "dropout",
            Self::Gelu => "gelu",
            Self::TokenEmbedding(_) => "token-embedding",
            Self::PositionEmbedding(_) => "position-embedding",
            Self::LayerNorm(_) => "layer-norm",
            Self::Attention(_) => "attention",
            Self::TransformerBlock(_) => "transformer-block",
        })
    }
}
