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
        Layer::Conv2d(spec) => {
            let bias = if spec.bias { "with bias" } else { "without bias" };
            let channels = format!("{} -> {}", spec.in_channels, spec.out_channels);
            format!("conv2d {channels}, {} {bias}", window(spec.kernel, spec.stride, spec.padding))
        }
        Layer::MaxPool2d(spec) | Layer::AveragePool2d(spec) => {
            format!("{} {}", name(layer), window(spec.kernel, spec.stride, spec.padding))
        }
        Layer::TokenEmbedding(spec) => format!("token-embedding of {} in {}", spec.entries, spec.width),
        Layer::PositionEmbedding(spec) => format!("position-embedding of {} in {}", spec.entries, spec.width),
        Layer::LayerNorm(spec) => format!("layer-norm of {} with epsilon {}", spec.features, spec.epsilon),
        Layer::Attention(spec) => {
            let causal = if spec.causal { "causal" } else { "not causal" };
            format!("attention of {} in {} heads, {causal}", spec.width, spec.heads)
        }
        Layer::TransformerBlock(spec) => {
            let (width, heads, expansion) = (spec.width, spec.heads, spec.expansion);
            format!("transformer-block of {width} in {heads} heads, widened {expansion} times")
        }
        other => name(other).to_owned(),
    }
}

/// A window in words, for example `kernel 3x3, stride 2x2, padding 1x0`.
fn window(kernel: (u32, u32), stride: (u32, u32), padding: (u32, u32)) -> String {
    let pair = |(height, width): (u32, u32)| format!("{height}x{width}");
    format!("kernel {}, stride {}, padding {}", pair(kernel), pair(stride), pair(padding))
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
