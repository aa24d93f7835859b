//! Which weight was used: a single 1 in the input, and weights that are all different.

use tito_sandbox::Layer;
use tito_tensor::{Shape, Tensor};

use crate::{Case, Kind, parameter_shapes};

/// What a bias stands for in the sum: weights stay below it.
const BIAS: usize = 1_000;

/// A layer whose weights are 1, 2, 3 … in row-major order and whose n biases are 1000 n, 1000 (n + 1) …, on an input of this
/// shape that is 1 at `position`, counted in row-major order, alone: every answer tells which weight and which bias it is
/// made of, and no bias is a multiple of another.
///
/// # Panics
///
/// If the layer has no weight or a thousand and more, or there is no such input.
pub fn probe(layer: Layer, input: impl Into<Shape>, position: usize) -> Case {
    let (input, shapes) = (input.into(), parameter_shapes(&layer));
    let weights = shapes[0].elements().expect("the host's own shapes are small");
    let is_there = input.elements().is_some_and(|elements| position < elements);
    assert!(weights < BIAS && is_there, "the probe is out of its range");
    let biases = shapes.get(1).and_then(Shape::elements).unwrap_or(0);
    let numbers: [&dyn Fn(usize) -> usize; 2] = [&|i| i + 1, &|i| BIAS * (biases + i)];
    let parameters = shapes.into_iter().zip(numbers);
    let parameters = parameters.map(|(shape, number)| Tensor::from_fn(shape, |i| number(i) as f32));
    let input = Tensor::from_fn(input, |i| if i == position { 1.0 } else { 0.0 });
    Case::of_layer(layer, parameters.collect(), input, Kind::Probe)
}

/// What the first wrong element of an answer to a probe is made of, as a sentence.
pub(crate) fn diagnosis(case: &Case, answer: &Tensor) -> Option<String> {
    let (Kind::Probe, [layer]) = (case.kind, case.layers.as_slice()) else { return None };
    let shapes = parameter_shapes(layer);
    let position = case.input.data().iter().position(|&x| x != 0.0)?;
    let wrong = (0..answer.data().len()).find(|&i| !case.expected.accepts(i, answer.data()[i]))?;
    let found = sum_of(&shapes, answer.data()[wrong])?;
    let should = sum_of(&shapes, case.expected.value.data()[wrong] as f32)?;
    let (input, output) = (index(case.input.shape(), position), index(answer.shape(), wrong));
    Some(format!("where the input is 1 at {input} alone, the output at {output} is {found}, not {should}"))
}

/// An index as `[0, 2]`.
fn index(shape: &Shape, offset: usize) -> String {
    format!("{:?}", shape.index_of(offset))
}

/// A number as `W[i, o] + b[o]`, where it is one.
fn sum_of(shapes: &[Shape], number: f32) -> Option<String> {
    let whole = number as usize;
    if whole as f32 != number {
        return None;
    }
    let biases = shapes.get(1).and_then(Shape::elements).unwrap_or(0);
    let parts = [("W", whole % BIAS, 1), ("b", whole / BIAS, biases)].into_iter().enumerate();
    let named = parts.filter(|(_, (_, number, _))| *number > 0).map(|(at, (name, number, first))| {
        let (shape, place) = (shapes.get(at)?, number.checked_sub(first)?);
        shape.elements().filter(|elements| place < *elements)?;
        Some(format!("{name}{}", index(shape, place)))
    });
    let named: Vec<String> = named.collect::<Option<_>>()?;
    Some(if named.is_empty() { "0".to_owned() } else { named.join(" + ") })
}

#[cfg(test)]
mod tests {
    use tito_sandbox::{Conv2dSpec, DenseSpec, Outcome};

    use super::*;
    use crate::compare;

    #[track_caller]
    fn check(case: &Case, data: &[f32], expected: Option<&str>) {
        let answer = Tensor::new(case.expected.value.shape().clone(), data.to_vec()).unwrap();
        assert_eq!(diagnosis(case, &answer).as_deref(), expected);
    }

    #[test]
    fn the_answer_names_the_weight_that_was_used() {
        let case = probe(Layer::Dense(DenseSpec { inputs: 3, outputs: 2, bias: true }), [1, 3], 1);
        assert_eq!(case.expected.value.data(), [2003.0, 3004.0]);
        check(&case, &[2003.0, 3004.0], None);
        let alone = "where the input is 1 at [0, 1] alone, the output at";
        let other = format!("{alone} [0, 1] is W[2, 0] + b[1], not W[1, 1] + b[1]");
        check(&case, &[2003.0, 3005.0], Some(&other));
        check(&case, &[3.0, 4.0], Some(&format!("{alone} [0, 0] is W[1, 0], not W[1, 0] + b[0]")));
        check(&case, &[2000.0, 3004.0], Some(&format!("{alone} [0, 0] is b[0], not W[1, 0] + b[0]")));
        check(&case, &[0.5, 0.5], None);
        check(&case, &[-1.0, 3004.0], None);
        check(&case, &[4003.0, 3004.0], None);
    }

    #[test]
    fn a_convolution_is_probed_by_place() {
        let (kernel, stride, padding) = ((1, 2), (1, 1), (0, 0));
        let spec = Conv2dSpec { in_channels: 1, out_channels: 1, kernel, stride, padding, bias: false };
        let case = probe(Layer::Conv2d(spec), [1, 1, 1, 4], 1);
        assert_eq!(case.expected.value.data(), [2.0, 1.0, 0.0]);
        let flipped = "where the input is 1 at [0, 0, 0, 1] alone, the output at [0, 0, 0, 0] is W[0, 0, 0, 0], not \
                       W[0, 0, 0, 1]";
        check(&case, &[1.0, 2.0, 0.0], Some(flipped));
    }

    #[test]
    fn an_answer_of_another_shape_is_no_answer_to_a_probe() {
        let dense = Layer::Dense(DenseSpec { inputs: 3, outputs: 2, bias: false });
        let case = probe(dense, [2, 3], 1);
        let [right, rest] = [case.expected.value.data(), &[0.0; 2]];
        let longer: Vec<f32> = right.iter().chain(rest).map(|&x| x as f32).collect();
        let answer = Outcome::Answer(Tensor::new([3, 2], longer).unwrap());
        let failure = compare(&case, &answer).err().unwrap();
        assert_eq!(failure.evidence.came_back, "shape [3, 2], not [2, 2]");
    }
}
