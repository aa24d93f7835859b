//! Layers in words.

use tito_sandbox::Layer;

/// A stack of layers in words, for example `dense 3 -> 2 with bias, relu`.
pub fn describe(layers: &[Layer]) -> String {
    layers.iter().map(layer).collect::<Vec<_>>().join(", ")
}

fn layer(layer: &Layer) -> String {
    match layer {
        Layer::Dense(spec) => {
            let bias = if spec.bias { "with bias" } else { "without bias" };
            format!("dense {} -> {} {bias}", spec.inputs, spec.outputs)
        }
        other => name(other).to_owned(),
    }
}

/// The contract's name of a layer.
fn name(layer: &Layer) -> &'static str {
    match layer {
        Layer::Dense(_) => "dense",
        Layer::Relu => "relu",
        Layer::Sigmoid => "sigmoid",
        Layer::Tanh => "tanh",
        Layer::Softmax => "softmax",
        Layer::Flatten => "flatten",
        Layer::Conv2d(_) => "conv2d",
        Layer::MaxPool2d(_) => "max-pool2d",
        Layer::AveragePool2d(_) => "average-pool2d",
        Layer::BatchNorm2d(_) => "batch-norm2d",
        Layer::Dropout(_) => "dropout",
        Layer::Gelu => "gelu",
        Layer::TokenEmbedding(_) => "token-embedding",
        Layer::PositionEmbedding(_) => "position-embedding",
        Layer::LayerNorm(_) => "layer-norm",
        Layer::Attention(_) => "attention",
        Layer::TransformerBlock(_) => "transformer-block",
    }
}
