//! One question about a layer in training: what it answers, what it gives back, and what is left of it in inference.

use tito_kernels::{
    Judged, Wide,
    batch_norm2d::{self, Moments},
};
use tito_sandbox::{Called, Guest, Layer, Mode, ModelId, Outcome};
use tito_tensor::Tensor;

use crate::{
    Draw, Kind, Misconception, Question,
    case::{wide, without_last},
    describe, gradient_oracle, misconception,
    question::{Cheat, Part, narrow},
    reference::{affine, fitting, key_bias, layer_value, parameter_names, training_oracle, training_value},
};

/// One question about a layer in training.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// The layer.
    pub layer: Layer,
    /// Its parameters in the contract's order.
    pub parameters: Vec<Tensor>,
    /// Inputs that the same model sees in training before the one that counts, of the same shape.
    pub rehearsals: Vec<Tensor>,
    /// The input that counts.
    pub input: Tensor,
    /// What is asked of it.
    pub task: Task,
    /// What should come back, part by part.
    pub expected: Vec<Judged>,
    /// What the numbers are.
    pub kind: Kind,
}

/// What is asked of a layer.
#[derive(Clone, Debug)]
pub enum Task {
    /// Its answer in training.
    Train,
    /// The gradients in training, given this one with respect to its output: that of the input, then those of the
    /// parameters.
    Backward(Tensor),
    /// Its answer in inference after it was trained so many times with the same batch.
    Infer(Tensor, usize),
}

impl Exercise {
    /// The gradients of a layer, to the bounds of its oracle; exactly where its numbers are integers.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit: exercises are made by the host.
    pub fn backward(
        layer: Layer,
        parameters: Vec<Tensor>,
        input: Tensor,
        gradient: Tensor,
        kind: Kind,
    ) -> Self {
        Self::new(layer, parameters, input, Task::Backward(gradient), kind)
    }

    /// The answer of a layer in training.
    ///
    /// # Panics
    ///
    /// As [`backward`](Self::backward).
    pub fn training(layer: Layer, parameters: Vec<Tensor>, input: Tensor) -> Self {
        Self::new(layer, parameters, input, Task::Train, Kind::Random)
    }

    /// The answer of batch normalisation in inference, after so many training batches that were all this one.
    ///
    /// # Panics
    ///
    /// As [`backward`](Self::backward), and if it is another layer.
    pub fn inference(
        layer: Layer,
        parameters: Vec<Tensor>,
        batch: Tensor,
        times: usize,
        input: Tensor,
    ) -> Self {
        Self::new(layer, parameters, input, Task::Infer(batch, times), Kind::Random)
    }

    fn new(layer: Layer, parameters: Vec<Tensor>, input: Tensor, task: Task, kind: Kind) -> Self {
        let mut exercise =
            Self { layer, parameters, rehearsals: Vec::new(), input, task, expected: Vec::new(), kind };
        exercise.expected = exercise.answers_to(&exercise.input, &exercise.task);
        exercise
    }

    /// The same exercise after the model has seen one or two other inputs of the same kind in training.
    #[must_use]
    pub fn rehearsed(mut self, draw: &mut Draw, other: impl Fn(&mut Draw) -> Tensor) -> Self {
        self.rehearsals = (0..1 + draw.below(2)).map(|_| other(draw)).collect();
        self
    }

    /// The same exercise of inference where the running variance is the unbiased one: the contract does not say which.
    #[must_use]
    pub fn unbiased(mut self) -> Self {
        if let Task::Infer(batch, times) = &self.task {
            let channels = self.parameters[0].data().len().max(1);
            let count = (batch.data().len() / channels) as f64;
            self.expected = vec![self.inferred(&self.input, batch, *times, count / (count - 1.0))];
        }
        self
    }

    /// Asks a guest that is launched for it.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub fn ask(&self, guest: &mut dyn Guest) -> Called<Vec<Tensor>> {
        guest.build(&[self.layer], 0)?.then(|model| {
            guest.load(model, &self.parameters)?.then(|()| {
                for input in &self.rehearsals {
                    let _answer = guest.forward(model, input, Mode::Training)?;
                }
                self.perform(guest, model)
            })
        })
    }

    fn perform(&self, guest: &mut dyn Guest, model: ModelId) -> Called<Vec<Tensor>> {
        let one = |outcome: Outcome<Tensor>| outcome.map(|answer| vec![answer]);
        match &self.task {
            Task::Train => Ok(one(guest.forward(model, &self.input, Mode::Training)?)),
            Task::Backward(gradient) => guest.forward(model, &self.input, Mode::Training)?.then(|_| {
                guest.backward(model, gradient)?.then(|to_input| {
                    let all = |parameters| [to_input].into_iter().chain::<Vec<_>>(parameters).collect();
                    Ok(guest.gradients(model)?.map(all))
                })
            }),
            Task::Infer(batch, times) => {
                for _ in 0..*times {
                    let trained = guest.forward(model, batch, Mode::Training)?;
                    if !matches!(trained, Outcome::Answer(_)) {
                        return Ok(one(trained));
                    }
                }
                Ok(one(guest.forward(model, &self.input, Mode::Inference)?))
            }
        }
    }

    /// What should come back for another input or task.
    pub(crate) fn answers_to(&self, input: &Tensor, task: &Task) -> Vec<Judged> {
        let (parameters, wide_input) = (wide(&self.parameters), Wide::from(input));
        let judged = match task {
            Task::Train => vec![training_oracle(&self.layer, &parameters, &wide_input)],
            Task::Backward(gradient) => {
                let given = gradient_oracle(&self.layer, &parameters, &wide_input, &Wide::from(gradient));
                [given.input].into_iter().chain(given.parameters).collect()
            }
            Task::Infer(batch, times) => vec![self.inferred(input, batch, *times, 1.0)],
        };
        let is_exact = matches!(self.kind, Kind::Integers | Kind::Probe);
        let exactly = |judged: Judged| if is_exact { Judged::exact(judged.value) } else { judged };
        judged.into_iter().map(exactly).collect()
    }

    /// The answer in inference where the running moments are those of a batch, the variance so many times as large. That a
    /// running moment came there by so many steps, each of which has rounded it, is in the terms.
    fn inferred(&self, input: &Tensor, batch: &Tensor, times: usize, variance: f64) -> Judged {
        let Layer::BatchNorm2d(spec) = &self.layer else { panic!("{:?} has no moments", self.layer) };
        let parameters = wide(&self.parameters);
        let affine = affine(spec, &parameters);
        let mut moments = self.moments(batch);
        let scaled = moments.variance.data().iter().map(|x| x * variance).collect();
        moments.variance =
            Wide::new(moments.variance.shape().clone(), scaled).expect("there is one a channel");
        fitting(batch_norm2d::oracle_inference(&Wide::from(input), affine, &moments, times))
    }

    /// Mean and biased variance of every channel of a batch.
    pub(crate) fn moments(&self, batch: &Tensor) -> Moments<Wide> {
        let Layer::BatchNorm2d(spec) = &self.layer else { panic!("{:?} has no moments", self.layer) };
        let parameters = wide(&self.parameters);
        fitting(batch_norm2d::oracle(&Wide::from(batch), affine(spec, &parameters))).1
    }

    /// What the layer answers to the input.
    pub(crate) fn output(&self) -> Wide {
        training_value(&self.layer, &wide(&self.parameters), &Wide::from(&self.input))
    }

    /// Wrong answers with the answer to something else in place of each part that it changes: a part that it leaves alone is
    /// right.
    fn instead(&self, name: &'static str, input: &Tensor, task: &Task) -> Vec<Cheat> {
        let answers = self.answers_to(input, task).into_iter().zip(&self.expected).enumerate();
        let changed = answers.filter(|(_, (other, right))| is_other(other, right));
        changed.map(|(part, (other, _))| Cheat { name, part, answer: narrow(&other.value) }).collect()
    }

    fn cheats_of(&self, gradient: &Tensor) -> Vec<Cheat> {
        let output = narrow(&self.output());
        let parts = self.parts().len();
        let whole = [("the output gradient", gradient), ("the input", &self.input), ("the output", &output)];
        let everywhere = whole.into_iter().flat_map(|(name, answer)| {
            (0..parts).map(move |part| Cheat { name, part, answer: answer.clone() })
        });
        let own = self.parameters.iter().enumerate().map(|(at, parameter)| Cheat {
            name: "the parameter",
            part: at + 1,
            answer: parameter.clone(),
        });
        // Where nothing is done but to add, the gradient is passed on.
        let is_right = |cheat: &Cheat| cheat.part == 0 && matches!(self.layer, Layer::PositionEmbedding(_));
        let everywhere = everywhere.filter(|cheat| cheat.name != "the output gradient" || !is_right(cheat));
        let shorter = [without_last(gradient), without_last_row(gradient)].map(Task::Backward);
        let dropped = shorter.iter().flat_map(|task| self.instead("a term dropped", &self.input, task));
        everywhere.chain(own).chain(dropped).collect()
    }
}

impl Question for Exercise {
    type Answer = Vec<Tensor>;
    type Given = crate::Given;

    fn asked(&self) -> String {
        let (layer, input, kind) = (describe(&[self.layer]), self.input.shape(), self.kind.words());
        match self.task {
            Task::Train => format!("{layer} in training on input {input}{kind}"),
            Task::Backward(_) => format!("backward through {layer} on input {input}{kind}"),
            Task::Infer(_, times) => {
                format!(
                    "{layer} in inference on input {input}{kind}, after one batch {times} times in training"
                )
            }
        }
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let name = |at: usize| match (&self.task, at) {
            (Task::Train | Task::Infer(..), _) => String::new(),
            (Task::Backward(_), 0) => "the gradient of the input".to_owned(),
            (Task::Backward(_), _) => format!("the gradient of {}", parameter_names(&self.layer)[at - 1]),
        };
        self.expected.iter().enumerate().map(|(at, expected)| Part { name: name(at), expected }).collect()
    }

    fn tensors(answer: &Vec<Tensor>) -> &[Tensor] {
        answer
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    /// Of tokens there is no gradient, and of a key's bias it is zero; so it is of all that a score is made of where a query
    /// sees one key alone.
    fn vanishes(&self, part: usize) -> bool {
        if !matches!(self.task, Task::Backward(_)) {
            return false;
        }
        let is_alone = self.input.shape().extents().get(1) == Some(&1);
        match (&self.layer, part.checked_sub(1)) {
            (Layer::TokenEmbedding(_), None) => true,
            (_, None) => false,
            (Layer::Attention(_), Some(at)) if is_alone => at < 4,
            (layer, Some(at)) => key_bias(layer) == Some(at),
        }
    }

    fn own_cheats(&self) -> Vec<Cheat> {
        let earlier =
            self.rehearsals.iter().flat_map(|input| self.instead("an earlier answer", input, &self.task));
        let own = match &self.task {
            Task::Backward(gradient) => self.cheats_of(gradient),
            Task::Train | Task::Infer(..) => {
                vec![Cheat { name: "the input", part: 0, answer: self.input.clone() }]
            }
        };
        own.into_iter().chain(earlier).collect()
    }

    fn misconceptions() -> impl Iterator<Item = &'static Misconception<Self>> {
        misconception::IN_TRAINING.iter().flat_map(|table| table.iter())
    }
}

/// Whether an answer differs by more than f64 rounds: what sums up to the same in another way is not another answer.
fn is_other(other: &Judged, right: &Judged) -> bool {
    const ROUNDED: f64 = 1.0 / (1u64 << 40) as f64;
    let pairs = other.value.data().iter().zip(right.value.data()).zip(&right.gauge);
    pairs.into_iter().any(|((other, right), gauge)| (other - right).abs() > ROUNDED * gauge)
}

/// The tensor with its last row along the first axis zero.
fn without_last_row(tensor: &Tensor) -> Tensor {
    let rows = tensor.shape().extents().first().map_or(1, |&rows| rows as usize).max(1);
    let row = tensor.data().len() / rows;
    let kept = tensor.data().len() - row;
    Tensor::from_fn(tensor.shape().clone(), |at| if at < kept { tensor.data()[at] } else { 0.0 })
}

/// What a layer answers to an input whose numbers do not matter: for its shape.
///
/// # Panics
///
/// As [`layer_oracle`](crate::layer_oracle).
pub fn output_shape(layer: &Layer, input: &Tensor) -> tito_tensor::Shape {
    let zeros = |shape| Wide::from(&Tensor::zeros(shape));
    let parameters: Vec<Wide> = crate::parameter_shapes(layer).into_iter().map(zeros).collect();
    match layer {
        Layer::BatchNorm2d(_) | Layer::Dropout(_) => input.shape().clone(),
        other => layer_value(other, &parameters, &zeros(input.shape().clone())).shape().clone(),
    }
}
