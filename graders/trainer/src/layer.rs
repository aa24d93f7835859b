//! One layer of a network, forward and backward, on the native kernels.

use tito_judge::{Draw, conv_window, describe, parameter_shapes, pool_window};
use tito_kernels::{
    Gradients, average_pool2d,
    batch_norm2d::{self, Affine, Moments},
    conv2d, dense, dropout, flatten, max_pool2d, relu, sigmoid, softmax, tanh,
};
use tito_sandbox::{Layer, NormSpec};
use tito_tensor::Tensor;

use crate::TrainError;

/// How much of a batch's moments goes into the running ones.
const MOMENTUM: f32 = 0.1;

/// What a layer has besides its parameters: the running moments of batch normalisation.
pub(crate) type State = Option<Moments<Tensor>>;

/// What a layer was given in training, and what it drew or found.
pub(crate) struct Memory {
    input: Tensor,
    mask: Option<Tensor>,
    moments: Option<Moments<Tensor>>,
}

/// The parameters that a layer starts with, as the contract's documentation has them: LeCun's deviation for dense weights,
/// He's for convolutions, 1 for γ, 0 for everything that is added.
pub(crate) fn initial(layer: &Layer, draw: &mut Draw) -> Result<(Vec<Tensor>, State), TrainError> {
    let shapes = parameter_shapes(layer);
    let variance = match layer {
        Layer::Dense(spec) => 1.0 / f64::from(spec.inputs),
        Layer::Conv2d(spec) => {
            2.0 / (f64::from(spec.in_channels) * f64::from(spec.kernel.0) * f64::from(spec.kernel.1))
        }
        Layer::BatchNorm2d(spec) => return Ok(normal(*spec)),
        Layer::Relu | Layer::Sigmoid | Layer::Tanh | Layer::Softmax | Layer::Flatten => 0.0,
        Layer::MaxPool2d(_) | Layer::AveragePool2d(_) => 0.0,
        Layer::Dropout(probability) if (0.0..1.0).contains(probability) => 0.0,
        Layer::Dropout(probability) => {
            return Err(TrainError::Setting(format!("dropout of {probability}: give one from 0 to below 1")));
        }
        other => return Err(unsupported(other)),
    };
    let mut shapes = shapes.into_iter();
    let weight = shapes.next().map(|shape| draw.normals(shape, variance.sqrt()));
    Ok((weight.into_iter().chain(shapes.map(Tensor::zeros)).collect(), None))
}

fn normal(spec: NormSpec) -> (Vec<Tensor>, State) {
    let ones = Tensor::from_fn([spec.features], |_| 1.0);
    let zeros = Tensor::zeros([spec.features]);
    let moments = Moments { mean: zeros.clone(), variance: ones.clone() };
    (vec![ones, zeros], Some(moments))
}

fn unsupported(layer: &Layer) -> TrainError {
    TrainError::Unsupported(describe(&[*layer]))
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
    let (mut mask, mut moments) = (None, None);
    let output = match (layer, state) {
        (Layer::Dropout(probability), _) => {
            let kept = |_| if draw.uniform() < f64::from(*probability) { 0.0 } else { 1.0 };
            let drawn = Tensor::from_fn(input.shape().clone(), kept);
            dropout::native(&input, mask.insert(drawn), *probability)?
        }
        (Layer::BatchNorm2d(spec), Some(running)) => {
            let (output, batch) = batch_norm2d::native(&input, affine(spec, parameters))?;
            mix(&mut running.mean, &batch.mean);
            mix(&mut running.variance, &batch.variance);
            moments = Some(batch);
            output
        }
        _ => pure(layer, parameters, &input)?,
    };
    Ok((output, Memory { input, mask, moments }))
}

/// The gradients of a layer with respect to its input and its parameters.
pub(crate) fn backward(
    layer: &Layer,
    parameters: &[Tensor],
    Memory { input, mask, moments }: &Memory,
    gradient: &Tensor,
) -> Result<Gradients<Tensor>, TrainError> {
    let alone = |input| Gradients { input, parameters: Vec::new() };
    Ok(match layer {
        Layer::Dense(_) => dense::native_backward(input, &parameters[0], parameters.get(1), gradient)?,
        Layer::Conv2d(spec) => {
            let window = conv_window(spec);
            conv2d::native_backward(input, &parameters[0], parameters.get(1), window, gradient)?
        }
        Layer::BatchNorm2d(spec) => {
            let moments = moments.as_ref().expect("batch normalisation remembers what it found");
            batch_norm2d::native_backward_by(input, affine(spec, parameters), moments, gradient)?
        }
        Layer::Relu => alone(relu::native_backward(input, gradient)?),
        Layer::Sigmoid => alone(sigmoid::native_backward(input, gradient)?),
        Layer::Tanh => alone(tanh::native_backward(input, gradient)?),
        Layer::Softmax => alone(softmax::native_backward(input, gradient)?),
        Layer::Flatten => alone(flatten::native_backward(input, gradient)?),
        Layer::MaxPool2d(spec) => {
            let window = pool_window(spec);
            alone(max_pool2d::native_backward(input, window, gradient)?)
        }
        Layer::AveragePool2d(spec) => {
            let window = pool_window(spec);
            alone(average_pool2d::native_backward(input, window, gradient)?)
        }
        Layer::Dropout(probability) => {
            let mask = mask.as_ref().expect("dropout remembers what it kept");
            alone(dropout::native(gradient, mask, *probability)?)
        }
        other => return Err(unsupported(other)),
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
        other => return Err(unsupported(other)),
    })
}

fn affine<'a>(spec: &NormSpec, parameters: &'a [Tensor]) -> Affine<'a, Tensor> {
    Affine { gamma: &parameters[0], beta: &parameters[1], epsilon: spec.epsilon }
}

fn mix(running: &mut Tensor, batch: &Tensor) {
    let pairs = running.data_mut().iter_mut().zip(batch.data());
    pairs.for_each(|(old, new)| *old = (1.0 - MOMENTUM) * *old + MOMENTUM * new);
}
