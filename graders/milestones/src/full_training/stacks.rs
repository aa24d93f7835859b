//! The gradients of a stack are those of its layers one after the other, with the host carrying the tensors.
//!
//! Both sides are the submission's own, as in the composition of milestone 1: a wrong layer fails the check of that layer
//! and not this one, and whoever fuses layers is off by roundings, which the oracle's sampled condition allows for. Held
//! against the oracle instead, a single wrong layer would fail every stack that it is in a second time.

use std::slice;

use tito_grade::Hint;
use tito_judge::{
    Draw, Findings, advice, describe, output_shape, parameter_shapes, stack_gradient_gauge, training_oracle,
};
use tito_kernels::{Judged, Wide};
use tito_sandbox::{Called, DenseSpec, Guest, HostError, Layer, Mode, ModelId, NormSpec, Outcome};
use tito_tensor::{Shape, Tensor};

use crate::{
    Context,
    computer_vision::windows::{conv, window},
    milestone::Found,
};

/// Nearer to a kink than this no stack comes, so that a rounding does not turn a gradient off.
const KINK: f64 = 1e-3;

/// Every tensor has a gradient that is larger than this somewhere.
const FAINT: f64 = 1e-2;

/// How often each stack is drawn.
const TIMES: usize = 2;

/// A stack with what it is given, and how far its gradients may lie from its layers'.
struct Stack {
    layers: Vec<Layer>,
    parameters: Vec<Tensor>,
    input: Tensor,
    gradient: Tensor,
    expected: Vec<Judged>,
}

/// Networks of two to seven layers.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/backward-stacks");
    let mut findings = Findings::default();
    for (layers, shape) in networks() {
        for _ in 0..TIMES {
            let stack = drawn(&mut draw, &layers, &shape);
            let (chain, used_by_chain) = context.examiner().with_guest(|guest| chain(guest, &stack))?;
            let (whole, used_by_whole) = context.examiner().with_guest(|guest| whole(guest, &stack))?;
            findings.used(used_by_chain);
            findings.used(used_by_whole);
            findings
                .question(format!("backward through {}", describe(&layers)), judge(&stack, &chain, &whole));
        }
    }
    Ok(Found::Cases(findings))
}

fn networks() -> Vec<(Vec<Layer>, Vec<u32>)> {
    let dense = |inputs, outputs, bias| Layer::Dense(DenseSpec { inputs, outputs, bias });
    let norm = |features| Layer::BatchNorm2d(NormSpec { features, epsilon: 0.1 });
    let square = |side, stride, padding| window((side, side), (stride, stride), (padding, padding));
    let convolution = |channels, side, stride, padding, bias| {
        Layer::Conv2d(conv(channels, square(side, stride, padding), bias))
    };
    vec![
        (vec![dense(4, 6, true), Layer::Relu, dense(6, 3, true)], vec![5, 4]),
        (vec![dense(3, 3, true), Layer::Tanh, dense(3, 3, false), Layer::Softmax], vec![2, 3, 3]),
        (
            vec![dense(5, 4, true), Layer::Sigmoid, dense(4, 4, true), Layer::Relu, dense(4, 2, false)],
            vec![4, 5],
        ),
        (
            vec![
                convolution([1, 3], 3, 1, 1, true),
                Layer::MaxPool2d(square(2, 2, 0)),
                Layer::Relu,
                Layer::Flatten,
                dense(27, 4, true),
            ],
            vec![2, 1, 6, 6],
        ),
        (
            vec![
                // A bias before a normalisation has no gradient.
                convolution([2, 3], 3, 2, 1, false),
                norm(3),
                Layer::Relu,
                Layer::AveragePool2d(square(2, 1, 0)),
                Layer::Flatten,
                dense(12, 5, true),
                Layer::Tanh,
            ],
            vec![3, 2, 5, 5],
        ),
        (
            vec![
                convolution([2, 2], 2, 1, 0, true),
                Layer::Tanh,
                convolution([2, 3], 2, 1, 0, true),
                Layer::Flatten,
            ],
            vec![2, 2, 4, 4],
        ),
    ]
}

/// How often a stack is drawn again before the generator is held to be broken.
const ATTEMPTS: usize = 1_000;

/// A stack away from its kinks, in which every tensor has a gradient.
///
/// # Panics
///
/// If a thousand in a row are not: then the networks are no networks to ask of.
fn drawn(draw: &mut Draw, layers: &[Layer], shape: &[u32]) -> Stack {
    let found = (0..ATTEMPTS).find_map(|_| attempt(draw, layers, shape));
    found.unwrap_or_else(|| panic!("no stack of {} is away from its kinks", describe(layers)))
}

/// Weights are scaled so that signals neither fade nor saturate.
fn attempt(draw: &mut Draw, layers: &[Layer], shape: &[u32]) -> Option<Stack> {
    let input = draw.normals(shape.to_vec(), 1.0);
    let shapes = layers.iter().flat_map(parameter_shapes);
    let scaled = |shape: Shape| {
        let fan_in = match *shape.extents() {
            [inputs, _] => inputs,
            [_, channels, height, width] => channels * height * width,
            _ => 1,
        };
        draw.normals(shape, libm::sqrt(1.5 / f64::from(fan_in)))
    };
    let parameters: Vec<Tensor> = shapes.map(scaled).collect();
    let output = smooth(layers, &parameters, &input)?;
    let gradient = draw.normals(output.shape().clone(), 1.0);
    let wide: Vec<_> = parameters.iter().map(Wide::from).collect();
    let expected = stack_gradient_gauge(layers, &wide, &Wide::from(&input), &Wide::from(&gradient), draw);
    // Of a stack whose units are all off there is nothing to be seen.
    let is_seen = |judged: &Judged| judged.value.data().iter().any(|g| g.abs() > FAINT);
    let layers = layers.to_vec();
    let is_whole = expected.iter().all(is_seen);
    is_whole.then_some(Stack { layers, parameters, input, gradient, expected })
}

/// The output, if no layer comes near a kink.
fn smooth(layers: &[Layer], parameters: &[Tensor], input: &Tensor) -> Option<Wide> {
    let (mut carried, mut rest) = (Wide::from(input), parameters);
    for layer in layers {
        let (own, others) = rest.split_at(parameter_shapes(layer).len());
        let is_smooth = match layer {
            Layer::Relu => carried.data().iter().all(|x| x.abs() >= KINK),
            // Every two elements, whether a window sees both or not.
            Layer::MaxPool2d(_) => {
                let mut sorted = carried.data().to_vec();
                sorted.sort_by(f64::total_cmp);
                sorted.windows(2).all(|pair| pair[1] - pair[0] >= KINK / 100.0)
            }
            _ => true,
        };
        if !is_smooth {
            return None;
        }
        let own: Vec<_> = own.iter().map(Wide::from).collect();
        carried = training_oracle(layer, &own, &carried).value;
        rest = others;
    }
    Some(carried)
}

/// The gradients of layers each by itself: that of the input, then those of the parameters; or what is wrong with one.
fn chain(guest: &mut dyn Guest, stack: &Stack) -> Called<Result<Vec<Tensor>, String>> {
    let (mut carried, mut rest, mut models) = (stack.input.clone(), stack.parameters.as_slice(), Vec::new());
    for layer in &stack.layers {
        let (own, others) = rest.split_at(parameter_shapes(layer).len());
        let answered = guest.build(slice::from_ref(layer), 7)?.then(|model| {
            guest
                .load(model, own)?
                .then(|()| Ok(guest.forward(model, &carried, Mode::Training)?.map(|output| (model, output))))
        })?;
        let (model, output) = match answered {
            Outcome::Answer(answered) => answered,
            failed => return Ok(failed.map(|_| Ok(Vec::new()))),
        };
        if *output.shape() != output_shape(layer, &carried) {
            return Ok(Outcome::Answer(Err(format!(
                "a layer alone gives another shape: {}",
                describe(&[*layer])
            ))));
        }
        models.push((model, carried));
        (carried, rest) = (output, others);
    }
    backwards(guest, stack, &models)
}

/// From the last layer to the first, each given the gradient of the one behind it.
fn backwards(
    guest: &mut dyn Guest,
    stack: &Stack,
    models: &[(ModelId, Tensor)],
) -> Called<Result<Vec<Tensor>, String>> {
    let (mut carried, mut all) = (stack.gradient.clone(), Vec::new());
    for (layer, (model, input)) in stack.layers.iter().zip(models).rev() {
        let given = guest
            .backward(*model, &carried)?
            .then(|to_input| Ok(guest.gradients(*model)?.map(|own| (to_input, own))))?;
        let (to_input, own) = match given {
            Outcome::Answer(given) => given,
            failed => return Ok(failed.map(|_| Ok(Vec::new()))),
        };
        let shapes = parameter_shapes(layer);
        if to_input.shape() != input.shape() || !own.iter().map(Tensor::shape).eq(&shapes) {
            let name = describe(&[*layer]);
            return Ok(Outcome::Answer(Err(format!(
                "a layer alone gives gradients of other shapes: {name}"
            ))));
        }
        all.splice(0..0, own);
        carried = to_input;
    }
    Ok(Outcome::Answer(Ok([carried].into_iter().chain(all).collect())))
}

/// The gradients of the stack: that of the input, then those of the parameters.
fn whole(guest: &mut dyn Guest, stack: &Stack) -> Called<Vec<Tensor>> {
    guest.build(&stack.layers, 7)?.then(|model| {
        guest.load(model, &stack.parameters)?.then(|()| {
            guest.forward(model, &stack.input, Mode::Training)?.then(|_| {
                guest.backward(model, &stack.gradient)?.then(|to_input| {
                    let all = |own| [to_input].into_iter().chain::<Vec<_>>(own).collect();
                    Ok(guest.gradients(model)?.map(all))
                })
            })
        })
    })
}

type CameBack = Option<(String, Option<Hint>)>;

fn judge(
    stack: &Stack,
    chain: &Outcome<Result<Vec<Tensor>, String>>,
    whole: &Outcome<Vec<Tensor>>,
) -> CameBack {
    let chain = match chain {
        Outcome::Answer(Ok(chain)) => chain,
        Outcome::Answer(Err(sentence)) => return Some((sentence.clone(), None)),
        failed => return Some((format!("a layer alone gives {failed}"), advice(failed))),
    };
    // Layers that give nothing back would make every stack right.
    if let Some(at) = chain.iter().position(|tensor| tensor.data().iter().all(|&g| g == 0.0)) {
        return Some((format!("zeros of the layers alone as {}", name(stack, at)), None));
    }
    let Outcome::Answer(whole) = whole else { return Some((whole.to_string(), advice(whole))) };
    if whole.len() != chain.len() {
        return Some((format!("{} gradients of parameters, not {}", whole.len() - 1, chain.len() - 1), None));
    }
    let wrong = (0..chain.len()).find(|&at| !is_alike(&stack.expected[at], &chain[at], &whole[at]))?;
    let came_back = format!("other numbers in {} than from its layers one by one", name(stack, wrong));
    Some((came_back, Some(hint(stack, chain, whole))))
}

/// The tensor at this place of the gradients.
fn name(stack: &Stack, at: usize) -> String {
    let Some(at) = at.checked_sub(1) else { return "the gradient of the input".to_owned() };
    format!("the gradient of parameter {} of {}", at + 1, stack.parameters.len())
}

fn is_alike(expected: &Judged, chain: &Tensor, whole: &Tensor) -> bool {
    if chain.shape() != whole.shape() {
        return false;
    }
    let largest = expected.gauge.iter().fold(0.0f64, |most, gauge| most.max(*gauge));
    let gauge = vec![largest; chain.data().len()];
    let judged = Judged { value: Wide::from(chain), gauge, terms: expected.terms };
    whole.data().iter().enumerate().all(|(at, &got)| judged.accepts(at, got))
}

fn hint(stack: &Stack, chain: &[Tensor], whole: &[Tensor]) -> Hint {
    let is_right = |at: usize| is_alike(&stack.expected[at], &chain[at], &whole[at]);
    let last = stack.layers.iter().rev().map(|layer| parameter_shapes(layer).len()).find(|&count| count > 0);
    let last_is_right = (chain.len() - last.unwrap_or(0)..chain.len()).all(is_right);
    let (misconception, advice) = if last_is_right {
        (
            "chain-broken",
            "The last layer's gradients are right and those before it are not: each layer is given the gradient that the one \
             behind it gave back for its input, from the last layer to the first.",
        )
    } else {
        (
            "stack-backward-differs",
            "The gradients of the stack are not those of its layers: is the order turned round, an input overwritten by the \
             next layer's, or one given another one's parameters?",
        )
    };
    Hint { misconception: misconception.into(), advice: advice.into() }
}
