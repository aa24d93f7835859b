//! What layers should answer: the contract's layers on the oracle's kernels.

use tito_kernels::{Judged, Wide, dense, flatten, relu, sigmoid, softmax, tanh};
use tito_sandbox::Layer;
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
