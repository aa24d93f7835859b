//! What layers should answer: the contract's layers on the oracle's kernels.

use tito_kernels::{
    Gradients, Judged, ShapeError, Wide, Window, average_pool2d,
    batch_norm2d::{self, Affine},
    conv2d, dense, flatten, max_pool2d, relu, sigmoid, softmax, tanh,
};
use tito_sandbox::{Conv2dSpec, Layer, NormSpec, Pool2dSpec};
use tito_tensor::Shape;

/// The shapes of a layer's parameters in the contract's order.
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
            let (width, wide) = (spec.width, spec.width.saturating_mul(spec.expansion));
            let norm = [[width]; 2].map(Shape::from);
            let widening = [Shape::from([width, wide]), Shape::from([wide])];
            let narrowing = [Shape::from([wide, width]), Shape::from([width])];
            [&norm, &*projections(width), &norm, &widening, &narrowing].concat()
        }
        _ => Vec::new(),
    }
}

/// Those of the query, key, value and output projections.
fn projections(width: u32) -> Vec<Shape> {
    (0..4).flat_map(|_| [Shape::from([width, width]), Shape::from([width])]).collect()
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
pub(crate) fn parameter_names(layer: &Layer) -> [&'static str; 2] {
    match layer {
        Layer::BatchNorm2d(_) => ["gamma", "beta"],
        _ => ["W", "b"],
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
        other => panic!("no case is made of {other:?}: it has no reference kernel"),
    };
    fitting(judged)
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
        other => panic!("no exercise is made of {other:?}: it has no reference kernel"),
    };
    fitting(gradients)
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
    let (first, rest) = layers.split_first().expect("a stack has a layer");
    let (own, others) = parameters.split_at(parameter_shapes(first).len());
    let judged = layer_oracle(first, own, input);
    if rest.is_empty() { judged } else { stack_oracle(rest, others, &judged.value) }
}
