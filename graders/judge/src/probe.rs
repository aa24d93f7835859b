//! Which weight was used: a single 1 in the input, and weights that are all different.

use tito_sandbox::{DenseSpec, Layer};
use tito_tensor::Tensor;

use crate::{Case, Kind};

/// What a bias stands for in the sum: weights stay below it.
const BIAS: u32 = 1_000;

/// A dense layer whose weights are 1, 2, 3 … in row-major order and whose biases are 1000, 2000 …, on an input
/// that is 1 at `position` alone: every answer tells which weight and which bias it is made of.
///
/// # Panics
///
/// If the layer has a thousand weights or more, or no such input.
pub fn dense_probe(spec: DenseSpec, position: u32) -> Case {
    assert!(spec.inputs * spec.outputs < BIAS && position < spec.inputs, "the probe is out of its range");
    let weight = Tensor::from_fn([spec.inputs, spec.outputs], |i| (i + 1) as f32);
    let bias = Tensor::from_fn([spec.outputs], |o| (BIAS * (o as u32 + 1)) as f32);
    let parameters = if spec.bias { vec![weight, bias] } else { vec![weight] };
    let input = Tensor::from_fn([1, spec.inputs], |i| if i as u32 == position { 1.0 } else { 0.0 });
    Case::of_layer(Layer::Dense(spec), parameters, input, Kind::Probe)
}

/// What the first wrong element of an answer to a probe is made of, as a sentence.
pub(crate) fn diagnosis(case: &Case, answer: &Tensor) -> Option<String> {
    let (Kind::Probe, [Layer::Dense(spec)]) = (case.kind, case.layers.as_slice()) else { return None };
    let position = case.input.data().iter().position(|&x| x != 0.0)?;
    let wrong = (0..answer.data().len()).find(|&i| !case.expected.accepts(i, answer.data()[i]))?;
    let found = sum_of(spec, answer.data()[wrong])?;
    let should = sum_of(spec, case.expected.value.data()[wrong] as f32)?;
    Some(format!(
        "where the input is 1 at position {position} alone, output {wrong} is {found}, not {should}"
    ))
}

/// A number as `W[i, o] + b[o]`, where it is one.
fn sum_of(spec: &DenseSpec, number: f32) -> Option<String> {
    let whole = number as u32;
    if whole as f32 != number || whole == 0 {
        return None;
    }
    let (bias, weight) = (whole / BIAS, whole % BIAS);
    if weight > spec.inputs * spec.outputs || bias > spec.outputs {
        return None;
    }
    let weight = weight.checked_sub(1).map(|at| format!("W[{}, {}]", at / spec.outputs, at % spec.outputs));
    let bias = bias.checked_sub(1).map(|at| format!("b[{at}]"));
    Some(weight.into_iter().chain(bias).collect::<Vec<_>>().join(" + "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_names_the_weight_that_was_used() {
        let case = dense_probe(DenseSpec { inputs: 3, outputs: 2, bias: true }, 1);
        assert_eq!(case.expected.value.data(), [1003.0, 2004.0]);
        let said = |data: Vec<f32>| diagnosis(&case, &Tensor::new([1, 2], data).unwrap());
        assert_eq!(said(vec![1003.0, 2004.0]), None);
        assert_eq!(
            said(vec![1003.0, 2005.0]).unwrap(),
            "where the input is 1 at position 1 alone, output 1 is W[2, 0] + b[1], not W[1, 1] + b[1]"
        );
        assert!(said(vec![3.0, 4.0]).unwrap().contains("output 0 is W[1, 0], not W[1, 0] + b[0]"));
        assert_eq!(said(vec![0.5, 0.5]), None);
    }
}
