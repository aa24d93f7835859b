//! One layer of a network, forward and backward, on the native kernels.

use tito_judge::{Draw, affine, conv_window, pool_window};
use tito_kernels::{
    Gradients,
    attention::{self, Attention},
    average_pool2d,
    batch_norm2d::{self, Moments},
    conv2d, dense, dropout, flatten, gelu, layer_norm, max_pool2d, position_embedding, relu, sigmoid,
    softmax, tanh, token_embedding,
    transformer_block::{self, Block},
};
use tito_sandbox::{AttentionSpec, BlockSpec, Layer};
use tito_tensor::Tensor;

use crate::TrainError;

/// How much of a batch's moments goes into the running ones.
const MOMENTUM: f32 = 0.1;

/// What a layer has besides its parameters: the running moments of batch normalisation.
pub(crate) type State = Option<Moments<Tensor>>;

/// What a layer was given in training, and what it found on its way.
pub(crate) struct Memory {
    input: Tensor,
    found: Found,
}

/// What a layer needs on its way back besides its input and its parameters.
enum Found {
    Nothing,
    /// What dropout keeps.
    Mask(Tensor),
    Moments(Moments<Tensor>),
    Attended(attention::Kept),
    Passed(Box<transformer_block::Kept>),
}

/// What a layer answers in inference.
pub(crate) fn infer(
    layer: &Layer,
    parameters: &[Tensor],
    state: &State,
    input: &Tensor,
) -> Result<Tensor, TrainError> {
    Ok(match (layer, state) {
        (Layer::Dropout(_), _) => input.clone(),
        (Layer::BatchNorm2d(spec), Some(moments)) => {
            batch_norm2d::native_inference(input, affine(spec, parameters), moments)?
        }
        _ => pure(layer, parameters, input)?,
    })
}

/// What a layer answers in training, and what it has to remember for its gradient.
pub(crate) fn train(
    layer: &Layer,
    parameters: &[Tensor],
    state: &mut State,
    input: Tensor,
    draw: &mut Draw,
) -> Result<(Tensor, Memory), TrainError> {
    let (output, found) = match (layer, state) {
        (Layer::Dropout(probability), _) => {
            let kept = |_| if draw.uniform() < f64::from(*probability) { 0.0 } else { 1.0 };
            let mask = Tensor::from_fn(input.shape().clone(), kept);
            (dropout::native(&input, &mask, *probability)?, Found::Mask(mask))
        }
        (Layer::BatchNorm2d(spec), Some(running)) => {
            let (output, batch) = batch_norm2d::native(&input, affine(spec, parameters))?;
            mix(&mut running.mean, &batch.mean);
            mix(&mut running.variance, &batch.variance);
            (output, Found::Moments(batch))
        }
        (Layer::Attention(spec), _) => {
            let (output, kept) = attention::native_keeping(&input, parameters, heads(*spec))?;
            (output, Found::Attended(kept))
        }
        (Layer::TransformerBlock(spec), _) => {
            let (output, kept) = transformer_block::native_keeping(&input, parameters, block(*spec))?;
            (output, Found::Passed(Box::new(kept)))
        }
        _ => (pure(layer, parameters, &input)?, Found::Nothing),
    };
    Ok((output, Memory { input, found }))
}

/// The gradients of a layer with respect to its input and its parameters.
///
/// # Panics
///
/// If the layer has not found what it says.
pub(crate) fn backward(
    layer: &Layer,
    parameters: &[Tensor],
    Memory { input, found }: &Memory,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, TrainError> {
    let alone = |input| Gradients { input, parameters: Vec::new() };
    Ok(match (layer, found) {
        (Layer::Dense(_), _) => dense::native_backward(input, &parameters[0], parameters.get(1), gradient)?,
        (Layer::Conv2d(spec), _) => {
            let window = conv_window(spec);
            conv2d::native_backward(input, &parameters[0], parameters.get(1), window, gradient)?
        }
        (Layer::BatchNorm2d(spec), Found::Moments(moments)) => {
            batch_norm2d::native_backward_by(input, affine(spec, parameters), moments, gradient)?
        }
        (Layer::Relu, _) => alone(relu::native_backward(input, gradient)?),
        (Layer::Sigmoid, _) => alone(sigmoid::native_backward(input, gradient)?),
        (Layer::Tanh, _) => alone(tanh::native_backward(input, gradient)?),
        (Layer::Gelu, _) => alone(gelu::native_backward(input, gradient)?),
        (Layer::Softmax, _) => alone(softmax::native_backward(input, gradient)?),
        (Layer::Flatten, _) => alone(flatten::native_backward(input, gradient)?),
        (Layer::MaxPool2d(spec), _) => {
            alone(max_pool2d::native_backward(input, pool_window(spec), gradient)?)
        }
        (Layer::AveragePool2d(spec), _) => {
            alone(average_pool2d::native_backward(input, pool_window(spec), gradient)?)
        }
        (Layer::Dropout(probability), Found::Mask(mask)) => {
            alone(dropout::native(gradient, mask, *probability)?)
        }
        (Layer::TokenEmbedding(_), _) => token_embedding::native_backward(input, &parameters[0], gradient)?,
        (Layer::PositionEmbedding(_), _) => {
            position_embedding::native_backward(input, &parameters[0], gradient)?
        }
        (Layer::LayerNorm(spec), _) => {
            layer_norm::native_backward(input, affine(spec, parameters), gradient)?
        }
        (Layer::Attention(spec), Found::Attended(kept)) => {
            attention::native_backward_by(input, parameters, heads(*spec), kept, gradient)?
        }
        (Layer::TransformerBlock(spec), Found::Passed(kept)) => {
            transformer_block::native_backward_by(input, parameters, block(*spec), kept, gradient)?
        }
        (layer, _) => panic!("{layer:?} remembers what it found"),
    })
}

/// The gradients of a layer with respect to its parameters alone, where nobody wants its input's.
pub(crate) fn backward_parameters(
    layer: &Layer,
    parameters: &[Tensor],
    memory: &Memory,
    gradient: &Tensor,
) -> Result<Vec<Tensor>, TrainError> {
    let (input, bias) = (&memory.input, parameters.get(1));
    Ok(match layer {
        Layer::Dense(_) => dense::native_parameters(input, &parameters[0], bias, gradient)?,
        Layer::Conv2d(spec) => {
            conv2d::native_parameters(input, &parameters[0], bias, conv_window(spec), gradient)?
        }
        _ => backward(layer, parameters, memory, gradient)?.parameters,
    })
}

/// Layers that do the same in training and in inference.
fn pure(layer: &Layer, parameters: &[Tensor], input: &Tensor) -> Result<Tensor, TrainError> {
    Ok(match layer {
        Layer::Dense(_) => dense::native(input, &parameters[0], parameters.get(1))?,
        Layer::Conv2d(spec) => {
            let window = conv_window(spec);
            conv2d::native(input, &parameters[0], parameters.get(1), window)?
        }
        Layer::Relu => relu::native(input),
        Layer::Sigmoid => sigmoid::native(input),
        Layer::Tanh => tanh::native(input),
        Layer::Softmax => softmax::native(input),
        Layer::Flatten => flatten::native(input)?,
        Layer::MaxPool2d(spec) => max_pool2d::native(input, pool_window(spec))?,
        Layer::AveragePool2d(spec) => average_pool2d::native(input, pool_window(spec))?,
        Layer::Gelu => gelu::native(input),
        Layer::TokenEmbedding(_) => token_embedding::native(input, &parameters[0])?,
        Layer::PositionEmbedding(_) => position_embedding::native(input, &parameters[0])?,
        Layer::LayerNorm(spec) => layer_norm::native(input, affine(spec, parameters))?,
        Layer::Attention(spec) => attention::native(input, parameters, heads(*spec))?,
        Layer::TransformerBlock(spec) => transformer_block::native(input, parameters, block(*spec))?,
        Layer::BatchNorm2d(_) | Layer::Dropout(_) => panic!("{layer:?} does not do the same in both"),
    })
}

fn heads(AttentionSpec { heads, causal, .. }: AttentionSpec) -> Attention {
    Attention { heads, causal }
}

fn block(BlockSpec { heads, expansion, .. }: BlockSpec) -> Block {
    Block { heads, expansion }
}

fn mix(running: &mut Tensor, batch: &Tensor) {
    let pairs = running.data_mut().iter_mut().zip(batch.data());
    pairs.for_each(|(old, new)| *old = (1.0 - MOMENTUM) * *old + MOMENTUM * new);
}
