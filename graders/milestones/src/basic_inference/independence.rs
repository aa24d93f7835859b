//! Two models in one component do not share parameters.

use tito_grade::Hint;
use tito_judge::{Findings, advice};
use tito_sandbox::{Called, DenseSpec, Guest, HostError, Layer, Mode, ModelId, Outcome};
use tito_tensor::Tensor;

use crate::{Context, milestone::Found};

const LAYERS: [Layer; 1] = [Layer::Dense(DenseSpec { inputs: 5, outputs: 3, bias: true })];

/// A model answers the same before and after another one of the same layers was built, loaded and asked.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/independence");
    let mut findings = Findings::default();
    for _ in 0..3 {
        let input = draw.normals([4, 5], 1.0);
        let [one, two] = [(); 2].map(|()| vec![draw.normals([5, 3], 1.0), draw.normals([3], 1.0)]);
        let (outcome, usage) = context.examiner().with_guest(|guest| ask(guest, &input, &one, &two))?;
        findings.used(usage);
        let came_back = match outcome {
            Outcome::Answer(None) => None,
            Outcome::Answer(Some(sentence)) => Some((sentence.to_owned(), Some(hint()))),
            other => Some((other.to_string(), advice(&other))),
        };
        findings.question("two models of dense 5 -> 3 with bias", came_back);
    }
    Ok(Found::Cases(findings))
}

fn hint() -> Hint {
    Hint {
        misconception: "shared-parameters".into(),
        advice:
            "Parameters are kept where all models see them, for example in a static. Each model owns its own."
                .into(),
    }
}

/// What is wrong, if anything is.
fn ask(
    guest: &mut dyn Guest,
    input: &Tensor,
    one: &[Tensor],
    two: &[Tensor],
) -> Called<Option<&'static str>> {
    loaded(guest, one)?.then(|first| {
        let before = guest.forward(first, input, Mode::Inference)?;
        loaded(guest, two)?.then(|second| {
            let other = guest.forward(second, input, Mode::Inference)?;
            let after = guest.forward(first, input, Mode::Inference)?;
            Ok(before
                .and_then(|before| other.and_then(|other| after.map(|after| wrong(&before, &other, &after)))))
        })
    })
}

/// What is wrong with the first model's answer before, the second one's, and the first one's after that.
fn wrong(before: &Tensor, other: &Tensor, after: &Tensor) -> Option<&'static str> {
    if !before.same_bits(after) {
        Some("the first model answers otherwise once a second one is there")
    } else if before.same_bits(other) {
        Some("models with other parameters give the same answer")
    } else {
        None
    }
}

fn loaded(guest: &mut dyn Guest, parameters: &[Tensor]) -> Called<ModelId> {
    guest.build(&LAYERS, 7)?.then(|model| Ok(guest.load(model, parameters)?.map(|()| model)))
}
