//! The same model gives the same answer to the same input.

use tito_grade::Hint;
use tito_judge::{Draw, Examiner, Findings, NOT_ASKED, advice, describe};
use tito_sandbox::{DenseSpec, HostError, Layer, Mode, Outcome, Ran, Run};
use tito_tensor::Tensor;

use crate::{Context, milestone::Found};

/// Asked in a fresh guest, then in one that has answered it and another input; and the parameters are what they were.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("1/repeatability");
    let dense = Layer::Dense(DenseSpec { inputs: 6, outputs: 4, bias: true });
    let stacks = [vec![dense], vec![Layer::Tanh], vec![Layer::Softmax], vec![dense, Layer::Sigmoid]];
    let models = stacks.map(|layers| Model::drawn(layers, &mut draw));
    let (examiner, mut findings) = (context.examiner(), Findings::default());
    let runs: Vec<_> = models.iter().flat_map(Model::runs).collect();
    let mut answers = Vec::new();
    examiner.run_each(&runs, |_, Ran { outcome, usage }| {
        findings.used(usage);
        answers.push(outcome);
    })?;
    let mut answers = answers.into_iter();
    for model in &models {
        let came_back = match (answers.next(), answers.next()) {
            (Some(fresh), Some(again)) => model.judge(&examiner, fresh, again, &mut findings)?,
            _ => Some((NOT_ASKED.to_owned(), None)),
        };
        findings.question(format!("{} asked again", describe(&model.layers)), came_back);
    }
    Ok(Found::Cases(findings))
}

/// A model and two inputs.
struct Model {
    layers: Vec<Layer>,
    parameters: Vec<Tensor>,
    inputs: [Tensor; 2],
}

type CameBack = Option<(String, Option<Hint>)>;

impl Model {
    fn drawn(layers: Vec<Layer>, draw: &mut Draw) -> Self {
        let shapes = layers.iter().flat_map(tito_judge::parameter_shapes);
        let parameters = shapes.map(|shape| draw.normals(shape, 1.0)).collect();
        Self { layers, parameters, inputs: [(); 2].map(|()| draw.normals([3, 6], 1.0)) }
    }

    /// The first input asked of two guests: at once, and after others. The other input comes first and last there, so
    /// that neither the first answer nor the one before can be given again.
    fn runs(&self) -> [Run<'_>; 2] {
        let [input, other] = &self.inputs;
        [vec![input], vec![other, input, other, input]].map(|inputs| Run {
            layers: &self.layers,
            parameters: &self.parameters,
            inputs,
        })
    }

    fn judge(
        &self,
        examiner: &Examiner<'_>,
        fresh: Outcome<Tensor>,
        again: Outcome<Tensor>,
        findings: &mut Findings,
    ) -> Result<CameBack, HostError> {
        match fresh.and_then(|fresh| again.map(|again| fresh.same_bits(&again))) {
            Outcome::Answer(true) => self.judge_parameters(examiner, findings),
            Outcome::Answer(false) => Ok(Some(told("another answer the second time", "state-kept"))),
            other => Ok(Some((other.to_string(), advice(&other)))),
        }
    }

    /// Whether parameters are what was loaded after a forward pass.
    fn judge_parameters(
        &self,
        examiner: &Examiner<'_>,
        findings: &mut Findings,
    ) -> Result<CameBack, HostError> {
        let (outcome, usage) = examiner.with_model(&self.layers, &self.parameters, |guest, model| {
            guest.forward(model, &self.inputs[0], Mode::Inference)?.then(|_| guest.parameters(model))
        })?;
        findings.used(usage);
        Ok(match outcome {
            Outcome::Answer(kept) => {
                let mut pairs = kept.iter().zip(&self.parameters);
                let are_same = kept.len() == self.parameters.len() && pairs.all(|(a, b)| a.same_bits(b));
                (!are_same).then(|| told("`forward` changes the parameters", "parameters-changed"))
            }
            other => Some((other.to_string(), advice(&other))),
        })
    }
}

fn told(came_back: &str, misconception: &str) -> (String, Option<Hint>) {
    let advice = "An answer depends on the input and the parameters alone, and inference changes neither. Is \
                  something kept from call to call, or accumulated in place?";
    (came_back.to_owned(), Some(Hint { misconception: misconception.into(), advice: advice.into() }))
}
