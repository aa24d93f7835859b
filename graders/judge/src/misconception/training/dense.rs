//! What goes wrong in a dense layer's gradients: dX = dY Wᵀ, dW = Xᵀ dY, db = Σ rows of dY.

use tito_kernels::{Judged, Wide};
use tito_sandbox::{DenseSpec, Layer};
use tito_tensor::Shape;

use super::{Bug, Parts, approximate, only, scaled};
use crate::{Exercise, Given};

/// The places of the gradients in an answer.
pub(super) const INPUT: usize = 0;
pub(super) const WEIGHT: usize = 1;
pub(super) const BIAS: usize = 2;

pub(in crate::misconception) const MISCONCEPTIONS: &[Bug] = &[
    Bug {
        name: "bias-gradient-not-summed",
        advice: "The gradient of the bias is that of one row alone. The bias is added to every row, so that its gradient is \
                 the sum over all rows of the batch.",
        answers: &[
            |exercise| bias(exercise, |rows| rows.first().map(|row| row.to_vec())),
            |exercise| bias(exercise, |rows| rows.last().map(|row| row.to_vec())),
            |exercise| {
                let parts = of(exercise)?.0;
                let _there = exercise.expected.get(BIAS)?;
                Some(Given::of_part(BIAS, Judged::exact(parts.gradient)))
            },
        ],
    },
    Bug {
        name: "bias-gradient-averaged",
        advice: "The gradient of the bias is a mean over the batch. It is the sum: the loss has averaged already.",
        answers: &[|exercise| {
            let (parts, _) = of(exercise)?;
            scaled(exercise, &[BIAS], 1.0 / parts.rows())
        }],
    },
    Bug {
        name: "gradient-averaged-again",
        advice: "The gradients of the parameters are divided by the size of the batch. `backward` sums: the loss has averaged \
                 already.",
        answers: &[
            |exercise| averaged(exercise, &[WEIGHT, BIAS]),
            |exercise| averaged(exercise, &[WEIGHT]),
            |exercise| averaged(exercise, &[INPUT, WEIGHT, BIAS]),
            |exercise| averaged(exercise, &[INPUT]),
        ],
    },
    Bug {
        name: "weight-gradient-transposed",
        advice: "The gradient of the weight is transposed. It has the weight's shape: Xᵀ dY, [inputs, outputs].",
        answers: &[
            |exercise| transposed(exercise, |spec| [spec.inputs, spec.outputs]),
            |exercise| transposed(exercise, |spec| [spec.outputs, spec.inputs]),
        ],
    },
    Bug {
        name: "weight-gradient-of-the-output",
        advice: "The gradient of the weight is made of the layer's output. It is Xᵀ dY: of the input, and of the gradient of \
                 the output.",
        answers: &[|exercise| {
            let (mut parts, _) = of(exercise)?;
            parts.gradient = exercise.output();
            Some(only(parts.answer(), &[WEIGHT]))
        }],
    },
    Bug {
        name: "input-gradient-untransposed",
        advice: "The gradient of the input is dY W. It is dY Wᵀ: element i sums over the outputs that input i went into.",
        answers: &[|exercise| {
            let (mut parts, spec) = of(exercise)?;
            let (inputs, outputs) = (spec.inputs as usize, spec.outputs as usize);
            // What W's rows are taken for where they are columns.
            let read = |at: usize| parts.parameters[0].data()[at % outputs * inputs + at / outputs];
            let data = (0..inputs * outputs).map(read).collect();
            parts.parameters[0] = Wide::new([spec.inputs, spec.outputs], data).ok()?;
            Some(only(parts.answer(), &[INPUT]))
        }],
    },
];

fn of(exercise: &Exercise) -> Option<(Parts, DenseSpec)> {
    let Layer::Dense(spec) = exercise.layer else { return None };
    Some((Parts::of(exercise)?, spec))
}

fn averaged(exercise: &Exercise, parts: &[usize]) -> Option<Given> {
    let operands = Parts::of(exercise)?;
    let has_batch = matches!(operands.layer, Layer::Dense(_) | Layer::Conv2d(_) | Layer::BatchNorm2d(_));
    if has_batch { scaled(exercise, parts, 1.0 / operands.rows()) } else { None }
}

/// The gradient of the bias made of the rows of dY.
fn bias(exercise: &Exercise, of_rows: impl Fn(&[&[f64]]) -> Option<Vec<f64>>) -> Option<Given> {
    let (parts, spec) = of(exercise)?;
    let _there = exercise.expected.get(BIAS)?;
    let rows: Vec<_> = parts.gradient.data().chunks_exact(spec.outputs.max(1) as usize).collect();
    let value = Wide::new([spec.outputs], of_rows(&rows)?).ok()?;
    Some(Given::of_part(BIAS, approximate(exercise, BIAS, value)))
}

/// The gradient of the weight with its axes exchanged, in this shape.
fn transposed(exercise: &Exercise, shape: impl Fn(DenseSpec) -> [u32; 2]) -> Option<Given> {
    let (_, spec) = of(exercise)?;
    let right = &exercise.expected[WEIGHT];
    let (inputs, outputs) = (spec.inputs as usize, spec.outputs as usize);
    let data = (0..inputs * outputs).map(|at| right.value.data()[at % inputs * outputs + at / inputs]);
    let value = Wide::new(Shape::from(shape(spec)), data.collect()).ok()?;
    Some(Given::of_part(WEIGHT, approximate(exercise, WEIGHT, value)))
}
