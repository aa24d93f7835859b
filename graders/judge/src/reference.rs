//! What layers should answer: the contract's layers on the oracle's kernels.

use tito_kernels::{
    Gradients, Judged, ShapeError, Wide, Window,
    attention::{self, Attention},
    average_pool2d,
    batch_norm2d::{self, Affine},
    conv2d, dense, flatten, gelu, layer_norm, max_pool2d, position_embedding, relu, sigmoid, softmax, tanh,
    token_embedding,
    transformer_block::{self, Block, KEY_BIAS},
};
use tito_sandbox::{AttentionSpec, BlockSpec, Conv2dSpec, Layer, NormSpec, Pool2dSpec};
use tito_tensor::Shape;

use crate::condition::{block_gauge, block_gradient_gauge};

/// The shapes of a layer's parameters in the contract's order, for the layers that have a reference kernel.
pub fn parameter_shapes(layer: &Layer) -> Vec<Shape> {
    match layer {
        Layer::Dense(spec) => {
            let weight = Shape::from([spec.inputs, spec.outputs]);
            if spec.bias { vec![weight, Shape::from([spec.outputs])] } else { vec![weight] }
        }
        Layer::Conv2d(spec) => {
            let (height, width) = spec.kernel;
            let weight = Shape::from([spec.out_channels, spec.in_channels, height, width]);
            if spec.bias { vec![weight, Shape::from([spec.out_channels])] } else { vec![weight] }
        }
        Layer::BatchNorm2d(spec) | Layer::LayerNorm(spec) => vec![Shape::from([spec.features]); 2],
        Layer::TokenEmbedding(spec) | Layer::PositionEmbedding(spec) => {
            vec![Shape::from([spec.entries, spec.width])]
        }
        Layer::Attention(spec) => projections(spec.width),
        Layer::TransformerBlock(spec) => {
            let (norm, inner) = (vec![Shape::from([spec.width]); 2], spec.width * spec.expansion);
            let (widening, narrowing) = (projection(spec.width, inner), projection(inner, spec.width));
            [norm.clone(), projections(spec.width), norm, widening, narrowing].concat()
        }
        _ => Vec::new(),
    }
}

/// W and b.
fn projection(inputs: u32, outputs: u32) -> Vec<Shape> {
    vec![Shape::from([inputs, outputs]), Shape::from([outputs])]
}

/// Those of query, key, value and output.
fn projections(width: u32) -> Vec<Shape> {
    [(); 4].into_iter().flat_map(|()| projection(width, width)).collect()
}

/// How a layer of attention attends.
pub fn attention(spec: &AttentionSpec) -> Attention {
    Attention { heads: spec.heads, causal: spec.causal }
}

/// What a block's parameters do not say.
pub fn block(spec: &BlockSpec) -> Block {
    Block { heads: spec.heads, expansion: spec.expansion }
}

/// The window of a convolution.
pub fn conv_window(spec: &Conv2dSpec) -> Window {
    let Conv2dSpec { kernel, stride, padding, .. } = *spec;
    pool_window(&Pool2dSpec { kernel, stride, padding })
}

/// The window of a pooling.
pub fn pool_window(spec: &Pool2dSpec) -> Window {
    Window { kernel: spec.kernel.into(), stride: spec.stride.into(), padding: spec.padding.into() }
}

/// The window of a layer that has one.
pub fn window(layer: &Layer) -> Option<Window> {
    match layer {
        Layer::Conv2d(spec) => Some(conv_window(spec)),
        Layer::MaxPool2d(spec) | Layer::AveragePool2d(spec) => Some(pool_window(spec)),
        _ => None,
    }
}

/// The names of a layer's parameters in the contract's order, where it has any.
pub(crate) fn parameter_names(layer: &Layer) -> &'static [&'static str] {
    match layer {
        Layer::BatchNorm2d(_) | Layer::LayerNorm(_) => &["gamma", "beta"],
        Layer::TokenEmbedding(_) | Layer::PositionEmbedding(_) => &["the table"],
        Layer::Attention(_) => &IN_BLOCK[2..10],
        Layer::TransformerBlock(_) => &IN_BLOCK,
        _ => &["W", "b"],
    }
}

/// The names of a block's parameters, those of its attention in the middle.
const IN_BLOCK: [&str; 16] = [
    "the first norm's gamma",
    "the first norm's beta",
    "the query's W",
    "the query's b",
    "the key's W",
    "the key's b",
    "the value's W",
    "the value's b",
    "the output's W",
    "the output's b",
    "the second norm's gamma",
    "the second norm's beta",
    "the widening W",
    "the widening b",
    "the narrowing W",
    "the narrowing b",
];

/// Which of a layer's parameters has a gradient that is zero whatever the numbers are, but for roundings: a key's bias adds
/// the same to all scores of a query, which changes no weight.
pub(crate) fn key_bias(layer: &Layer) -> Option<usize> {
    match layer {
        Layer::Attention(_) => Some(KEY_BIAS - 2),
        Layer::TransformerBlock(_) => Some(KEY_BIAS),
        _ => None,
    }
}

/// What one layer should answer in inference.
///
/// # Panics
///
/// If the layer has no reference kernel yet or the shapes do not fit: cases are made by the host.
pub fn layer_oracle(layer: &Layer, parameters: &[Wide], input: &Wide) -> Judged {
    let judged = match layer {
        Layer::Dense(_) => dense::oracle(input, &parameters[0], parameters.get(1)),
        Layer::Relu => Ok(relu::oracle(input)),
        Layer::Sigmoid => Ok(sigmoid::oracle(input)),
        Layer::Tanh => Ok(tanh::oracle(input)),
        Layer::Softmax => Ok(softmax::oracle(input)),
        Layer::Flatten => flatten::oracle(input),
        Layer::Conv2d(spec) => conv2d::oracle(input, &parameters[0], parameters.get(1), conv_window(spec)),
        Layer::MaxPool2d(spec) => max_pool2d::oracle(input, pool_window(spec)),
        Layer::AveragePool2d(spec) => average_pool2d::oracle(input, pool_window(spec)),
        Layer::Gelu => Ok(gelu::oracle(input)),
        Layer::TokenEmbedding(_) => token_embedding::oracle(input, &parameters[0]),
        Layer::PositionEmbedding(_) => position_embedding::oracle(input, &parameters[0]),
        Layer::LayerNorm(spec) => layer_norm::oracle(input, affine(spec, parameters)),
        Layer::Attention(spec) => attention::oracle(input, parameters, attention(spec)),
        Layer::TransformerBlock(spec) => Ok(block_gauge(block(spec), parameters, input)),
        other => panic!("no case is made of {other:?}: it has no reference kernel"),
    };
    fitting(judged)
}

/// What one layer should answer in inference, for whoever needs no bound: that of a block is sampled.
pub(crate) fn layer_value(layer: &Layer, parameters: &[Wide], input: &Wide) -> Wide {
    match layer {
        Layer::TransformerBlock(spec) => fitting(transformer_block::oracle(input, parameters, block(spec))),
        other => layer_oracle(other, parameters, input).value,
    }
}

/// What one layer should answer in training: batch normalisation by the moments of its input, all others as ever.
///
/// # Panics
///
/// As [`layer_oracle`].
pub fn training_oracle(layer: &Layer, parameters: &[Wide], input: &Wide) -> Judged {
    match layer {
        Layer::BatchNorm2d(spec) => fitting(batch_norm2d::oracle(input, affine(spec, parameters))).0,
        other => layer_oracle(other, parameters, input),
    }
}

/// The same without a bound.
pub(crate) fn training_value(layer: &Layer, parameters: &[Wide], input: &Wide) -> Wide {
    match layer {
        Layer::TransformerBlock(_) => layer_value(layer, parameters, input),
        other => training_oracle(other, parameters, input).value,
    }
}

/// The gradients of one layer in training, given the one with respect to its output.
///
/// # Panics
///
/// As [`layer_oracle`].
pub fn gradient_oracle(
    layer: &Layer,
    parameters: &[Wide],
    input: &Wide,
    gradient: &Wide,
) -> Gradients<Judged> {
    let alone = |input| Gradients { input, parameters: Vec::new() };
    let bias = parameters.get(1);
    let gradients = match layer {
        Layer::Dense(_) => dense::oracle_backward(input, &parameters[0], bias, gradient),
        Layer::Conv2d(spec) => {
            conv2d::oracle_backward(input, &parameters[0], bias, conv_window(spec), gradient)
        }
        Layer::BatchNorm2d(spec) => batch_norm2d::oracle_backward(input, affine(spec, parameters), gradient),
        Layer::Relu => relu::oracle_backward(input, gradient).map(alone),
        Layer::Sigmoid => sigmoid::oracle_backward(input, gradient).map(alone),
        Layer::Tanh => tanh::oracle_backward(input, gradient).map(alone),
        Layer::Softmax => softmax::oracle_backward(input, gradient).map(alone),
        Layer::Flatten => flatten::oracle_backward(input, gradient).map(alone),
        Layer::MaxPool2d(spec) => max_pool2d::oracle_backward(input, pool_window(spec), gradient).map(alone),
        Layer::AveragePool2d(spec) => {
            average_pool2d::oracle_backward(input, pool_window(spec), gradient).map(alone)
        }
        Layer::Gelu => gelu::oracle_backward(input, gradient).map(alone),
        Layer::TokenEmbedding(_) => token_embedding::oracle_backward(input, &parameters[0], gradient),
        Layer::PositionEmbedding(_) => position_embedding::oracle_backward(input, &parameters[0], gradient),
        Layer::LayerNorm(spec) => layer_norm::oracle_backward(input, affine(spec, parameters), gradient),
        Layer::Attention(spec) => attention::oracle_backward(input, parameters, attention(spec), gradient),
        Layer::TransformerBlock(spec) => Ok(block_gradient_gauge(block(spec), parameters, input, gradient)),
        other => panic!("no exercise is made of {other:?}: it has no reference kernel"),
    };
    fitting(gradients)
}

/// The same without bounds.
pub(crate) fn gradient_values(
    layer: &Layer,
    parameters: &[Wide],
    input: &Wide,
    gradient: &Wide,
) -> Gradients<Wide> {
    match layer {
        Layer::TransformerBlock(spec) => {
            fitting(transformer_block::oracle_backward(input, parameters, block(spec), gradient))
        }
        other => {
            let Gradients { input, parameters } = gradient_oracle(other, parameters, input, gradient);
            let parameters = parameters.into_iter().map(|judged| judged.value).collect();
            Gradients { input: input.value, parameters }
        }
    }
}

/// The gradient of the [`key_bias`] of a layer that has one, with a bound of its own.
pub(crate) fn key_bias_oracle(
    layer: &Layer,
    parameters: &[Wide],
    input: &Wide,
    gradient: &Wide,
) -> Option<Judged> {
    match layer {
        Layer::Attention(_) => {
            let Gradients { mut parameters, .. } = gradient_oracle(layer, parameters, input, gradient);
            Some(parameters.swap_remove(KEY_BIAS - 2))
        }
        Layer::TransformerBlock(spec) => {
            Some(fitting(transformer_block::oracle_key_bias(input, parameters, block(spec), gradient)))
        }
        _ => None,
    }
}

/// The scale, the shift and the epsilon of a normalisation with these parameters.
pub fn affine<'a, T>(spec: &NormSpec, parameters: &'a [T]) -> Affine<'a, T> {
    Affine { gamma: &parameters[0], beta: &parameters[1], epsilon: spec.epsilon }
}

/// What a kernel gave for a question of the host's own.
pub(crate) fn fitting<T>(given: Result<T, ShapeError>) -> T {
    given.unwrap_or_else(|error| panic!("a case of the host's own does not fit: {error}"))
}

/// What a stack of layers should answer, each on the exact answer of the one before it. Its bound is the last
/// layer's alone; see [`stack_gauge`](crate::stack_gauge) for that of the whole.
///
/// # Panics
///
/// As [`layer_oracle`], and if the stack is empty.
pub fn stack_oracle(layers: &[Layer], parameters: &[Wide], input: &Wide) -> Judged {
    let (last, before) = layers.split_last().expect("a stack has a layer");
    let (earlier, own) = parameters.split_at(parameters.len() - parameter_shapes(last).len());
    layer_oracle(last, own, &stack_value(before, earlier, input))
}

/// The same without a bound.
///
/// # Panics
///
/// As [`layer_oracle`].
pub fn stack_value(layers: &[Layer], parameters: &[Wide], input: &Wide) -> Wide {
    let (mut carried, mut rest) = (input.clone(), parameters);
    for layer in layers {
        let (own, others) = rest.split_at(parameter_shapes(layer).len());
        (carried, rest) = (layer_value(layer, own, &carried), others);
    }
    carried
}
