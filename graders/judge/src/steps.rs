//! What an optimizer makes of parameters, step by step.
//!
//! Whole trajectories of honest optimizers drift apart, so every step begins where the oracle was and not where the
//! submission came to. Its moments are its own, and persist.

use tito_kernels::{Judged, Wide};
use tito_sandbox::{AdamSpec, Called, Guest, OptimizerSpec, Outcome};
use tito_tensor::Tensor;

use crate::{
    Given, Kind, Misconception, OptimizerOracle, Question,
    case::wide,
    misconception,
    question::{Cheat, Part, narrow},
};

/// Some steps of an optimizer.
#[derive(Clone, Debug)]
pub struct Steps {
    /// Which.
    pub spec: OptimizerSpec,
    /// What it is given, step by step.
    pub steps: Vec<Step>,
    /// Every parameter after every step, those of the first step first.
    pub expected: Vec<Judged>,
}

/// What an optimizer is given for a step.
#[derive(Clone, Debug)]
pub struct Step {
    /// The parameters before it.
    pub parameters: Vec<Tensor>,
    /// Their gradients.
    pub gradients: Vec<Tensor>,
}

impl Steps {
    /// Steps from these parameters, one for each list of gradients; each later one from where the oracle came to, rounded
    /// to f32.
    ///
    /// # Panics
    ///
    /// If there is not one gradient of the same shape for each parameter: steps are made by the host.
    pub fn new(spec: OptimizerSpec, parameters: Vec<Tensor>, gradients: Vec<Vec<Tensor>>) -> Self {
        let mut oracle = OptimizerOracle::new(spec);
        let (mut parameters, mut steps, mut expected) = (parameters, Vec::new(), Vec::new());
        for gradients in gradients {
            let step = Step { parameters, gradients };
            let stepped = oracle.step(spec.learning_rate(), &wide(&step.parameters), &wide(&step.gradients));
            parameters = stepped.iter().map(|judged| narrow(&judged.value)).collect();
            expected.extend(stepped);
            steps.push(step);
        }
        Self { spec, steps, expected }
    }

    /// The same steps where the decoupled decay is taken from the parameter after the step: the contract does not say when,
    /// and TinyTorch had it so.
    #[must_use]
    pub fn decayed_last(mut self) -> Self {
        let OptimizerSpec::Adam(AdamSpec { learning_rate, weight_decay, .. }) = self.spec else {
            return self;
        };
        let part = f64::from(learning_rate) * f64::from(weight_decay);
        for at in 0..self.expected.len() {
            let (step, parameter) = self.place(at);
            let before = self.steps[step].parameters[parameter].data();
            let value = &self.expected[at].value;
            let last = |(after, &before): (&f64, &f32)| (after + part * f64::from(before)) * (1.0 - part);
            let data = value.data().iter().zip(before).map(last).collect();
            self.expected[at].value =
                Wide::new(value.shape().clone(), data).expect("the parameters keep their shapes");
        }
        self
    }

    /// Asks a guest that is launched for it.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub fn ask(&self, guest: &mut dyn Guest) -> Called<Vec<Tensor>> {
        guest.build_optimizer(self.spec)?.then(|optimizer| {
            let mut answers = Vec::new();
            for Step { parameters, gradients } in &self.steps {
                match guest.step(optimizer, parameters, gradients)? {
                    Outcome::Answer(stepped) => answers.extend(stepped),
                    failed => return Ok(failed),
                }
            }
            Ok(Outcome::Answer(answers))
        })
    }

    /// The step and the parameter that a part of the answer belongs to.
    pub(crate) fn place(&self, part: usize) -> (usize, usize) {
        let parameters = self.steps.first().map_or(1, |step| step.parameters.len()).max(1);
        (part / parameters, part % parameters)
    }
}

impl Question for Steps {
    type Answer = Vec<Tensor>;
    type Given = Given;

    fn asked(&self) -> String {
        let name = match self.spec {
            OptimizerSpec::Sgd(spec) => format!(
                "sgd with rate {}, momentum {} and decay {}",
                spec.learning_rate, spec.momentum, spec.weight_decay
            ),
            OptimizerSpec::Adam(spec) => format!(
                "{} with rate {}, betas {} and {}, epsilon {} and decay {}",
                if spec.decoupled { "adamw" } else { "adam" },
                spec.learning_rate,
                spec.beta1,
                spec.beta2,
                spec.epsilon,
                spec.weight_decay
            ),
        };
        let shapes = self.steps.first().map(|step| step.parameters.iter().map(|p| p.shape().to_string()));
        let shapes = shapes.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let steps =
            if self.steps.len() == 1 { "1 step".to_owned() } else { format!("{} steps", self.steps.len()) };
        format!("{steps} of {name} on parameters {shapes}")
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let name = |part: usize| {
            let (step, parameter) = self.place(part);
            format!("parameter {} after step {}", parameter + 1, step + 1)
        };
        self.expected.iter().enumerate().map(|(at, expected)| Part { name: name(at), expected }).collect()
    }

    fn tensors(answer: &Vec<Tensor>) -> &[Tensor] {
        answer
    }

    fn kind(&self) -> Kind {
        Kind::Random
    }

    fn own_cheats(&self) -> Vec<Cheat> {
        let given = (0..self.expected.len()).flat_map(|part| {
            let (step, parameter) = self.place(part);
            let step = &self.steps[step];
            [("the parameter", &step.parameters), ("the gradient", &step.gradients)]
                .map(|(name, tensors)| Cheat { name, part, answer: tensors[parameter].clone() })
        });
        given.collect()
    }

    fn misconceptions() -> impl Iterator<Item = &'static Misconception<Self>> {
        misconception::IN_OPTIMIZERS.iter().flat_map(|table| table.iter())
    }
}
