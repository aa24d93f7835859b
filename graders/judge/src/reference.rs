//! What layers should answer: the contract's layers on the oracle's kernels.

use tito_kernels::{
    Judged, Wide, Window, average_pool2d, conv2d, dense, flatten, max_pool2d, relu, sigmoid, softmax, tanh,
};
use tito_sandbox::{Conv2dSpec, Layer, Pool2dSpec};
use tito_tensor::Shape;

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
        Layer::BatchNorm2d(spec) => vec![Shape::from([spec.features]); 2],
        _ => Vec::new(),
    }
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

/// What one layer should answer.
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
    judged.unwrap_or_else(|error| panic!("a case of the host's own does not fit: {error}"))
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
