//! What goes wrong in a dense layer.

use tito_kernels::{Judged, Wide, dense};
use tito_sandbox::{DenseSpec, Layer};

use super::Misconception;
use crate::{Case, case::wide};

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "weight-transposed",
        advice: "The weight is read as [outputs, inputs]. It is row-major [inputs, outputs]: the weight from \
                 input i to output o stands at i * outputs + o.",
        answers: &[transposed],
    },
    Misconception {
        name: "bias-forgotten",
        advice: "The bias is not added. y = x W + b, with b[o] added to output o of every row.",
        answers: &[bias_forgotten],
    },
    Misconception {
        name: "bias-along-rows",
        advice: "The bias is added along the batch: row r got b[r]. It belongs to the last axis: output o of \
                 every row gets b[o].",
        answers: &[bias_along_rows],
    },
    Misconception {
        name: "last-input-dropped",
        advice: "The sum leaves out the last input. Does a loop end one too early?",
        answers: &[last_input_dropped],
    },
    Misconception {
        name: "first-row-only",
        advice: "Only the first row of the batch is computed. Everything before the last axis is the batch: \
                 each of its rows has an output of its own.",
        answers: &[|case| rows(case, |_| None), |case| rows(case, |_| Some(0))],
    },
];

fn spec(case: &Case) -> Option<(DenseSpec, Vec<Wide>, Wide)> {
    match case.layers.as_slice() {
        [Layer::Dense(spec)] => Some((*spec, wide(&case.parameters), Wide::from(&case.input))),
        _ => None,
    }
}

fn transposed(case: &Case) -> Option<Judged> {
    let (spec, parameters, input) = spec(case)?;
    let (inputs, outputs) = (spec.inputs as usize, spec.outputs as usize);
    let read = |at: usize| parameters[0].data()[(at % outputs) * inputs + at / outputs];
    let weight = Wide::new([spec.inputs, spec.outputs], (0..inputs * outputs).map(read).collect()).ok()?;
    dense::oracle(&input, &weight, parameters.get(1)).ok()
}

fn bias_forgotten(case: &Case) -> Option<Judged> {
    let (_, parameters, input) = spec(case)?;
    let _forgotten = parameters.get(1)?;
    dense::oracle(&input, &parameters[0], None).ok()
}

fn bias_along_rows(case: &Case) -> Option<Judged> {
    let (spec, parameters, input) = spec(case)?;
    let bias = parameters.get(1)?.data();
    let mut answer = dense::oracle(&input, &parameters[0], None).ok()?;
    let outputs = spec.outputs as usize;
    let added = |at: usize| bias[(at / outputs) % outputs];
    let data = answer.value.data().iter().enumerate().map(|(at, y)| y + added(at)).collect();
    answer.gauge.iter_mut().enumerate().for_each(|(at, gauge)| *gauge += added(at).abs());
    Some(Judged { value: Wide::new(answer.value.shape().clone(), data).ok()?, ..answer })
}

fn last_input_dropped(case: &Case) -> Option<Judged> {
    let (spec, parameters, input) = spec(case)?;
    let last = spec.inputs as usize - 1;
    let keep = |(at, &x): (usize, &f64)| if at % spec.inputs as usize == last { 0.0 } else { x };
    let data = input.data().iter().enumerate().map(keep).collect();
    let input = Wide::new(input.shape().clone(), data).ok()?;
    dense::oracle(&input, &parameters[0], parameters.get(1)).ok()
}

/// The right answer with every row after the first replaced by another row, or by zeros.
fn rows(case: &Case, source: impl Fn(usize) -> Option<usize>) -> Option<Judged> {
    let (spec, _, _) = spec(case)?;
    let outputs = spec.outputs as usize;
    let right = &case.expected;
    let take = |data: &[f64]| -> Vec<f64> {
        let place = |at: usize| match at / outputs {
            0 => Some(at),
            row => source(row).map(|row| row * outputs + at % outputs),
        };
        (0..data.len()).map(|at| place(at).map_or(0.0, |at| data[at])).collect()
    };
    let value = Wide::new(right.value.shape().clone(), take(right.value.data())).ok()?;
    Some(Judged { value, gauge: take(&right.gauge), terms: right.terms })
}
