//! What can go wrong in the training of any layer.

use tito_kernels::{Judged, Wide};

use super::{Bug, gradient};
use crate::{Exercise, Given, Question, misconception::anything::coarsely};

pub(in crate::misconception) const MISCONCEPTIONS: &[Bug] = &[
    Bug {
        name: "gradient-of-an-earlier-input",
        advice: "The gradient belongs to an input that the model saw before. `backward` belongs to the last `forward` in \
                 training, whose input it must keep.",
        answers: &[earlier],
    },
    Bug {
        name: "gradient-passed-on",
        advice: "The gradient of the output came back as that of the input. Multiply it by the layer's derivative.",
        answers: &[|exercise| Some(Judged::exact(Wide::from(gradient(exercise)?)).into())],
    },
    Bug {
        name: "output-returned",
        advice: "The answer is the layer's output, not a gradient.",
        answers: &[|exercise| {
            gradient(exercise)?;
            Some(super::roughly(exercise.output()).into())
        }],
    },
    Bug {
        name: "gradient-zero",
        advice: "Every element is 0. Is the gradient ever written?",
        answers: &[
            |exercise| zeros(exercise, 0),
            |exercise| zeros(exercise, 1),
            |exercise| zeros(exercise, 2),
        ],
    },
    Bug {
        name: "half-precision",
        advice: "The answer is right to three digits and no further, as half precision is, or the difference of large \
                 numbers that are nearly equal. Compute in f32, and subtract before you square or sum.",
        answers: &[|exercise| {
            let parts = exercise.expected.iter().map(|right| coarsely(right, exercise.kind));
            Some(Given(parts.collect()))
        }],
    },
];

/// What an earlier input gives, where that is another answer.
fn earlier(exercise: &Exercise) -> Option<Given> {
    let answers = exercise.answers_to(exercise.rehearsals.last()?, &exercise.task);
    Some(Given(answers.into_iter().map(Some).collect()))
}

fn zeros(exercise: &Exercise, part: usize) -> Option<Given> {
    let right = &exercise.parts().get(part)?.expected.value;
    let value = Wide::new(right.shape().clone(), vec![0.0; right.data().len()]).ok()?;
    Some(Given::of_part(part, Judged::exact(value)))
}
