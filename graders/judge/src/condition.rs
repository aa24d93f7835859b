//! How far an honest stack of layers may stray: a condition number, sampled.

use std::slice;

use tito_kernels::{Judged, Wide};
use tito_sandbox::Layer;

use crate::{Draw, gradient_oracle, parameter_shapes, stack_oracle, training_oracle};

/// How many perturbed evaluations are sampled.
const SAMPLES: usize = 8;

/// The relative size of a perturbation: far above f64's roundoff, far below what changes a kink.
const EPSILON: f64 = 1.0 / (1u64 << 20) as f64;

/// The terms whose [`tolerance`](tito_kernels::tolerance) is 64, the multiple of the sampled gauge that is
/// accepted. Sampling sees one rounding a weight; sums of up to some hundred terms, one a layer, add a few each.
const TERMS: usize = 349;

/// What a stack should answer, with a bound for the whole of it: for every element the root mean square of its
/// deviation over eight f64 evaluations in which every weight and input is off by a relative ±2⁻²⁰, divided by
/// 2⁻²⁰, plus the largest element. Rice, *A theory of condition* (1966), sampled.
///
/// # Panics
///
/// As [`stack_oracle`].
pub fn stack_gauge(layers: &[Layer], parameters: &[Wide], input: &Wide, draw: &mut Draw) -> Judged {
    let given = [parameters, slice::from_ref(input)].concat();
    let answer = |given: &[Wide]| {
        let (input, parameters) = given.split_last().expect("an input was given");
        vec![stack_oracle(layers, parameters, input).value]
    };
    sampled_condition(&given, answer, draw).pop().expect("a stack has one answer")
}

/// The gradients that a stack should give in training, that of its input and then those of its parameters, given the one
/// with respect to its output; each with a bound as [`stack_gauge`] samples it, the output's gradient perturbed, too.
///
/// # Panics
///
/// As [`stack_oracle`].
pub fn stack_gradient_gauge(
    layers: &[Layer],
    parameters: &[Wide],
    input: &Wide,
    gradient: &Wide,
    draw: &mut Draw,
) -> Vec<Judged> {
    let given = [parameters, &[input.clone(), gradient.clone()]].concat();
    let answer = |given: &[Wide]| {
        let (parameters, ends) = given.split_at(parameters.len());
        stack_gradients(layers, parameters, &ends[0], &ends[1])
    };
    sampled_condition(&given, answer, draw)
}

/// Gradients of the input and of all parameters in training, each layer given the gradient of the one behind it.
///
/// # Panics
///
/// As [`stack_oracle`].
pub fn stack_gradients(layers: &[Layer], parameters: &[Wide], input: &Wide, gradient: &Wide) -> Vec<Wide> {
    let Some((first, rest)) = layers.split_first() else { return vec![gradient.clone()] };
    let (own, others) = parameters.split_at(parameter_shapes(first).len());
    let output = training_oracle(first, own, input).value;
    let mut behind = stack_gradients(rest, others, &output, gradient).into_iter();
    let to_output = behind.next().expect("that of the input is always there");
    let given = gradient_oracle(first, own, input, &to_output);
    let own = [given.input].into_iter().chain(given.parameters).map(|judged| judged.value);
    own.chain(behind).collect()
}

/// What a function makes of what it is given, each tensor with a bound as [`stack_gauge`] samples it.
pub fn sampled_condition(
    given: &[Wide],
    function: impl Fn(&[Wide]) -> Vec<Wide>,
    draw: &mut Draw,
) -> Vec<Judged> {
    let exact = function(given);
    let mut squares: Vec<_> = exact.iter().map(|tensor| vec![0.0; tensor.data().len()]).collect();
    for _ in 0..SAMPLES {
        let moved: Vec<_> = given.iter().map(|tensor| perturbed(tensor, draw)).collect();
        for (squares, (moved, exact)) in squares.iter_mut().zip(function(&moved).iter().zip(&exact)) {
            for (square, (moved, exact)) in squares.iter_mut().zip(moved.data().iter().zip(exact.data())) {
                *square += (moved - exact).powi(2);
            }
        }
    }
    exact.into_iter().zip(squares).map(|(exact, squares)| sampled(exact, &squares)).collect()
}

/// A value with the gauge that its squared deviations make.
fn sampled(exact: Wide, squares: &[f64]) -> Judged {
    let largest = exact.data().iter().fold(0.0f64, |most, x| most.max(x.abs()));
    let gauge = squares.iter().map(|square| (square / SAMPLES as f64).sqrt() / EPSILON + largest).collect();
    Judged { value: exact, gauge, terms: TERMS }
}

fn perturbed(tensor: &Wide, draw: &mut Draw) -> Wide {
    let data = tensor.data().iter().map(|x| x * (1.0 + EPSILON * draw.pick(&[-1.0, 1.0]))).collect();
    Wide::new(tensor.shape().clone(), data).expect("the shape is that of the data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terms_stand_for_a_tolerance_of_64() {
        assert!((tito_kernels::tolerance(TERMS) - 64.0).abs() < 0.1);
    }
}
