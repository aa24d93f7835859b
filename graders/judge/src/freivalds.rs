//! Whether an answer is that of a dense layer or a convolution, for the price of one of its outputs.

use tito_kernels::{Judged, Wide, bound};
use tito_sandbox::{Conv2dSpec, DenseSpec, Layer};
use tito_tensor::{Shape, Tensor};

use crate::{Draw, layer_oracle, parameter_shapes};

/// How far an answer is from a layer's, as a multiple of what is accepted: right up to 1, infinite where its shape is
/// another or it has a NaN.
///
/// The outputs are added up with factors that are drawn now, when the answer is there: y t is held against x (W t), which
/// is as far to compute as one output (Freivalds, *Probabilistic Machines Can Use Less Running Time*, IFIP Congress 1977).
/// What is seen so is an error beyond the bounds of all outputs of a place together, as whoever skips work makes it; single
/// elements are for [`compare`](crate::compare).
///
/// # Panics
///
/// If the layer is of another kind, or its parameters and the input do not fit: work is made by the host.
pub fn freivalds(
    layer: &Layer,
    parameters: &[Tensor],
    input: &Tensor,
    answer: &Tensor,
    draw: &mut Draw,
) -> f64 {
    let outputs = Outputs::of(layer);
    let factors: Vec<f64> = (0..outputs.count).map(|_| draw.normal()).collect();
    let right = outputs.added_up(parameters, input, &factors, |x| x);
    if *answer.shape() != outputs.shape(right.value.shape()) {
        return f64::INFINITY;
    }
    let gauge = outputs.added_up(parameters, input, &factors, f64::abs).value;
    let plane = outputs.plane(answer.shape());
    let excess = |(place, value): (usize, &f64)| {
        let found = outputs.sum(answer.data(), plane, place, &factors);
        let error = (found - value).abs() / bound(right.terms, gauge.data()[place]);
        if error.is_finite() { error } else { f64::INFINITY }
    };
    right.value.data().iter().enumerate().map(excess).fold(0.0, f64::max)
}

/// The outputs of a layer.
struct Outputs {
    count: usize,
    /// The same layer with one.
    one: Layer,
    /// Whether they are the last axis, of weight and answer, or the first of the weight and the second of the answer.
    are_last: bool,
}

impl Outputs {
    fn of(layer: &Layer) -> Self {
        match layer {
            Layer::Dense(spec) => Self {
                count: spec.outputs as usize,
                one: Layer::Dense(DenseSpec { outputs: 1, ..*spec }),
                are_last: true,
            },
            Layer::Conv2d(spec) => Self {
                count: spec.out_channels as usize,
                one: Layer::Conv2d(Conv2dSpec { out_channels: 1, ..*spec }),
                are_last: false,
            },
            other => panic!("the outputs of {other:?} are not added up"),
        }
    }

    /// What the layer gives where its outputs are added up with these factors; every number is changed first.
    fn added_up(
        &self,
        parameters: &[Tensor],
        input: &Tensor,
        factors: &[f64],
        change: fn(f64) -> f64,
    ) -> Judged {
        let shapes = parameter_shapes(&self.one);
        let added = parameters.iter().zip(shapes).map(|(tensor, shape)| {
            let size = tensor.data().len() / self.count;
            let at =
                |output, rest| if self.are_last { rest * self.count + output } else { output * size + rest };
            let term =
                |output, rest| change(f64::from(tensor.data()[at(output, rest)])) * change(factors[output]);
            let sum = |rest| (0..self.count).map(|output| term(output, rest)).sum();
            Wide::new(shape, (0..size).map(sum).collect()).expect("a parameter has its outputs' elements")
        });
        let changed = input.data().iter().map(|x| change(f64::from(*x))).collect();
        let input = Wide::new(input.shape().clone(), changed).expect("there are as many as before");
        layer_oracle(&self.one, &added.collect::<Vec<_>>(), &input)
    }

    fn axis(&self, shape: &Shape) -> usize {
        if self.are_last { shape.rank() - 1 } else { 1 }
    }

    /// The shape of the whole answer, given that of one output.
    fn shape(&self, one: &Shape) -> Shape {
        let mut extents = one.extents().to_vec();
        extents[self.axis(one)] = self.count as u32;
        Shape::new(extents)
    }

    /// The elements between one output and the next.
    fn plane(&self, answer: &Shape) -> usize {
        answer.extents()[self.axis(answer) + 1..].iter().map(|&extent| extent as usize).product()
    }

    /// The outputs of a place, added up.
    fn sum(&self, answer: &[f32], plane: usize, place: usize, factors: &[f64]) -> f64 {
        let first = place / plane * self.count * plane + place % plane;
        factors
            .iter()
            .enumerate()
            .map(|(output, factor)| f64::from(answer[first + output * plane]) * factor)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENSE: Layer = Layer::Dense(DenseSpec { inputs: 13, outputs: 7, bias: true });

    const CONV: Layer = Layer::Conv2d(Conv2dSpec {
        in_channels: 3,
        out_channels: 5,
        kernel: (3, 2),
        stride: (2, 1),
        padding: (1, 0),
        bias: true,
    });

    /// Puts the right answer, changed, to the test.
    #[track_caller]
    fn check(layer: Layer, input: &[u32], change: impl Fn(&mut [f32]), is_right: bool) {
        let mut draw = Draw::new([3; 32]);
        for _ in 0..50 {
            let parameters: Vec<_> =
                parameter_shapes(&layer).into_iter().map(|shape| draw.normals(shape, 1.0)).collect();
            let input = draw.normals(input.to_vec(), 1.0);
            let wide: Vec<Wide> = parameters.iter().map(Wide::from).collect();
            let right = layer_oracle(&layer, &wide, &Wide::from(&input)).value;
            let mut data: Vec<f32> = right.data().iter().map(|x| *x as f32).collect();
            change(&mut data);
            let answer = Tensor::new(right.shape().clone(), data).unwrap();
            let found = freivalds(&layer, &parameters, &input, &answer, &mut draw);
            assert_eq!(found <= 1.0, is_right, "{layer:?}: {found}");
        }
    }

    #[test]
    fn what_is_right_passes_and_what_is_not_does_not() {
        for (layer, input) in [(DENSE, &[4, 13][..]), (DENSE, &[2, 3, 13]), (CONV, &[2, 3, 9, 8])] {
            check(layer, input, |_| (), true);
            check(layer, input, |y| y[3] += 0.01, false);
            check(layer, input, |y| y.iter_mut().for_each(|y| *y = 0.0), false);
            check(layer, input, |y| y.swap(0, 1), false);
            check(layer, input, |y| y[1] = f32::NAN, false);
            check(layer, input, |y| y[1] = f32::INFINITY, false);
        }
    }

    #[test]
    fn an_answer_of_another_shape_is_none() {
        let [parameters, input] = [&[13, 7][..], &[4, 13]].map(|shape| Tensor::zeros(shape.to_vec()));
        let layer = Layer::Dense(DenseSpec { inputs: 13, outputs: 7, bias: false });
        let answer = Tensor::zeros([7, 4]);
        assert!(freivalds(&layer, &[parameters], &input, &answer, &mut Draw::new([0; 32])).is_infinite());
    }
}
