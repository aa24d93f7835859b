//! What goes wrong in the steps of optimizers: other formulas for one element, with a state of its own.

use tito_kernels::{Judged, Wide};
use tito_sandbox::{AdamSpec, OptimizerSpec, SgdSpec};

use super::Misconception;
use crate::{Given, Steps};

type Bug = Misconception<Steps>;

pub(super) const MISCONCEPTIONS: &[Bug] = &[
    Bug {
        name: "optimizer-ascends",
        advice: "The parameters move along the gradient. They move against it: p - learning-rate * v.",
        answers: &[
            |steps| {
                sgd(steps, |sgd, [p, g], v| {
                    *v = sgd.momentum * *v + g + sgd.decay * p;
                    p + sgd.rate * *v
                })
            },
            |steps| adam(steps, |adam, [p, g], state| 2.0 * p - adam.right([p, g], state)),
        ],
    },
    Bug {
        name: "momentum-ignored",
        advice: "Nothing is kept from step to step. v = momentum * v + g + weight-decay * p, and v is the optimizer's to \
                 remember.",
        answers: &[|steps| sgd(steps, |sgd, [p, g], _| p - sgd.rate * (g + sgd.decay * p))],
    },
    Bug {
        name: "momentum-of-the-old-velocity",
        advice: "The step uses the velocity from before. First v = momentum * v + g, then p - learning-rate * v with the new \
                 one.",
        answers: &[|steps| {
            sgd(steps, |sgd, [p, g], v| {
                let old = *v;
                *v = sgd.momentum * *v + g + sgd.decay * p;
                p - sgd.rate * old
            })
        }],
    },
    Bug {
        name: "momentum-averages",
        advice: "The gradient is weighted by 1 - momentum. Here it is added whole: v = momentum * v + g.",
        answers: &[|steps| {
            sgd(steps, |sgd, [p, g], v| {
                *v = sgd.momentum * *v + (1.0 - sgd.momentum) * (g + sgd.decay * p);
                p - sgd.rate * *v
            })
        }],
    },
    Bug {
        name: "momentum-nesterov",
        advice: "The step looks ahead, as Nesterov's does. Here it is p - learning-rate * v.",
        answers: &[|steps| {
            sgd(steps, |sgd, [p, g], v| {
                let slope = g + sgd.decay * p;
                *v = sgd.momentum * *v + slope;
                p - sgd.rate * (slope + sgd.momentum * *v)
            })
        }],
    },
    Bug {
        name: "weight-decay-sign",
        advice: "The decay has the wrong sign: parameters are driven away from 0. It is added to the gradient.",
        answers: &[
            |steps| {
                sgd(steps, |sgd, [p, g], v| {
                    *v = sgd.momentum * *v + g - sgd.decay * p;
                    p - sgd.rate * *v
                })
            },
            |steps| {
                adam(steps, |adam, operands, state| {
                    Adam { decay: -adam.decay, ..*adam }.right(operands, state)
                })
            },
        ],
    },
    Bug {
        name: "weight-decay-ignored",
        advice: "There is no weight decay. It is part of the optimizer that was built.",
        answers: &[
            |steps| {
                sgd(steps, |sgd, [p, g], v| {
                    *v = sgd.momentum * *v + g;
                    p - sgd.rate * *v
                })
            },
            |steps| adam(steps, |adam, operands, state| Adam { decay: 0.0, ..*adam }.right(operands, state)),
        ],
    },
    Bug {
        name: "sgd-decay-decoupled",
        advice: "The decay goes past the velocity. In SGD it is added to the gradient, and remembered with it.",
        answers: &[|steps| {
            sgd(steps, |sgd, [p, g], v| {
                *v = sgd.momentum * *v + g;
                p - sgd.rate * (*v + sgd.decay * p)
            })
        }],
    },
    Bug {
        name: "adam-not-corrected",
        advice: "The moments are not corrected for having begun at 0: divide m by 1 - beta1^t and v by 1 - beta2^t.",
        answers: &[
            |steps| adam(steps, |adam, operands, state| adam.by(operands, state, |_, _| [1.0, 1.0])),
            |steps| {
                adam(steps, |adam, operands, state| {
                    adam.by(operands, state, |adam, step| [adam.rests(step)[0], 1.0])
                })
            },
            |steps| {
                adam(steps, |adam, operands, state| {
                    adam.by(operands, state, |adam, step| [1.0, adam.rests(step)[1]])
                })
            },
        ],
    },
    Bug {
        name: "adam-correction-off-by-one",
        advice: "The correction is that of another step. The first step is t = 1, and t is raised before it is used.",
        answers: &[
            |steps| {
                adam(steps, |adam, operands, state| {
                    adam.by(operands, state, |adam, step| adam.rests(step + 1.0))
                })
            },
            |steps| {
                adam(steps, |adam, operands, state| {
                    adam.by(operands, state, |adam, step| adam.rests((step - 1.0).max(1.0)))
                })
            },
        ],
    },
    Bug {
        name: "adam-correction-frozen",
        advice: "The correction is always that of the first step. Count the steps: t grows by 1 with each.",
        answers: &[|steps| {
            adam(steps, |adam, operands, state| adam.by(operands, state, |adam, _| adam.rests(1.0)))
        }],
    },
    Bug {
        name: "adam-epsilon-inside-the-root",
        advice: "Epsilon is added under the root. It is added to the root: sqrt(v) + epsilon.",
        answers: &[|steps| {
            adam(steps, |adam, operands, state| {
                adam.moved(operands, state, |m, v, _| m / libm::sqrt(v + adam.epsilon))
            })
        }],
    },
    Bug {
        name: "adam-epsilon-ignored",
        advice: "The epsilon that the optimizer was built with is not used: sqrt(v) + epsilon.",
        answers: &[
            |steps| {
                adam(steps, |adam, operands, state| {
                    adam.moved(operands, state, |m, v, _| if m == 0.0 { 0.0 } else { m / libm::sqrt(v) })
                })
            },
            |steps| {
                adam(steps, |adam, operands, state| {
                    adam.moved(operands, state, |m, v, _| m / (libm::sqrt(v) + f64::from(1e-8f32)))
                })
            },
        ],
    },
    Bug {
        name: "adam-epsilon-before-the-correction",
        advice: "Epsilon is added to the root of the uncorrected v. It is added to that of v / (1 - beta2^t).",
        answers: &[|steps| {
            adam(steps, |adam, operands, state| {
                adam.moved(operands, state, |m, v, rest2| {
                    m * libm::sqrt(rest2) / (libm::sqrt(v * rest2) + adam.epsilon)
                })
            })
        }],
    },
    Bug {
        name: "adam-without-root",
        advice: "The first moment is divided by the second one. It is divided by the root of it: sqrt(v) + epsilon.",
        answers: &[|steps| {
            adam(steps, |adam, operands, state| adam.moved(operands, state, |m, v, _| m / (v + adam.epsilon)))
        }],
    },
    Bug {
        name: "adam-betas-exchanged",
        advice: "The betas have changed places: beta1 is that of the mean of gradients, beta2 that of their squares.",
        answers: &[|steps| {
            adam(steps, |adam, operands, state| {
                Adam { beta1: adam.beta2, beta2: adam.beta1, ..*adam }.right(operands, state)
            })
        }],
    },
    Bug {
        name: "adam-decay-coupled",
        advice: "The decay is added to the gradient, as in plain Adam. Decoupled, as in AdamW, it goes past the moments: \
                 learning-rate * weight-decay * p is taken from the parameter.",
        answers: &[|steps| {
            decoupled(steps, |adam, operands, state| {
                Adam { decoupled: false, ..*adam }.right(operands, state)
            })
        }],
    },
    Bug {
        name: "adam-decay-decoupled",
        advice: "The decay goes past the moments, as in AdamW. Here it is not decoupled: weight-decay * p is added to the \
                 gradient.",
        answers: &[|steps| {
            coupled(steps, |adam, operands, state| Adam { decoupled: true, ..*adam }.right(operands, state))
        }],
    },
    Bug {
        name: "adamw-decay-without-rate",
        advice: "The decoupled decay is not multiplied by the learning rate: learning-rate * weight-decay * p is taken from \
                 the parameter.",
        answers: &[|steps| {
            decoupled(steps, |adam, operands @ [p, _], state| {
                Adam { decay: 0.0, ..*adam }.right(operands, state) - adam.decay * p
            })
        }],
    },
    Bug {
        name: "adam-steps-counted-by-parameter",
        advice: "The number of steps grows with every tensor of parameters. It grows once a step, whatever is moved in it.",
        answers: &[|steps| {
            adam(steps, |adam, operands, state| {
                let place = state.parameter;
                adam.by(operands, state, |adam, step| {
                    adam.rests((step - 1.0) * place.1 as f64 + place.0 as f64 + 1.0)
                })
            })
        }],
    },
    Bug {
        name: "parameters-not-moved",
        advice: "The parameters came back unchanged. `step` returns those after the step.",
        answers: &[|steps| stepped(steps, |_, [p, _]| p)],
    },
    Bug {
        name: "gradients-returned",
        advice: "The gradients came back. `step` returns the parameters after the step.",
        answers: &[|steps| stepped(steps, |_, [_, g]| g)],
    },
];

/// What an optimizer remembers of an element.
#[derive(Clone, Default)]
struct State {
    /// The step that is being made, from 1.
    step: f64,
    /// Adam's first moment, or the velocity.
    m: f64,
    /// Adam's second moment.
    v: f64,
    /// Which of how many tensors it belongs to.
    parameter: (usize, usize),
}

/// What an update of single elements makes of all parameters of all steps.
fn stepped(steps: &Steps, update: impl Fn(&mut State, [f64; 2]) -> f64) -> Option<Given> {
    let first = steps.steps.first()?;
    let count = first.parameters.len();
    let state = |parameter| State { parameter: (parameter, count), ..State::default() };
    let mut states: Vec<Vec<State>> = (0..count)
        .map(|parameter| vec![state(parameter); first.parameters[parameter].data().len()])
        .collect();
    let mut given = Vec::new();
    for (part, right) in steps.expected.iter().enumerate() {
        let (step, parameter) = steps.place(part);
        let step = &steps.steps[step];
        let operands = step.parameters[parameter].data().iter().zip(step.gradients[parameter].data());
        let data = operands.zip(&mut states[parameter]).map(|((&p, &g), state)| {
            state.step += 1.0;
            update(state, [f64::from(p), f64::from(g)])
        });
        let value = Wide::new(right.value.shape().clone(), data.collect()).ok()?;
        let gauge = right.gauge.iter().zip(value.data()).map(|(gauge, x)| gauge + x.abs()).collect();
        given.push(Some(Judged { value, gauge, terms: right.terms }));
    }
    Some(Given(given))
}

/// The settings of SGD in f64.
struct Sgd {
    rate: f64,
    momentum: f64,
    decay: f64,
}

/// What an update of SGD makes of it, given its velocity.
fn sgd(steps: &Steps, update: impl Fn(&Sgd, [f64; 2], &mut f64) -> f64) -> Option<Given> {
    let OptimizerSpec::Sgd(SgdSpec { learning_rate, momentum, weight_decay }) = steps.spec else {
        return None;
    };
    let [rate, momentum, decay] = [learning_rate, momentum, weight_decay].map(f64::from);
    let sgd = Sgd { rate, momentum, decay };
    stepped(steps, |state, operands| update(&sgd, operands, &mut state.m))
}

/// The settings of Adam in f64.
struct Adam {
    rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    decay: f64,
    decoupled: bool,
}

impl Adam {
    /// What the betas leave of 1 after so many steps.
    fn rests(&self, step: f64) -> [f64; 2] {
        [self.beta1, self.beta2].map(|beta| 1.0 - libm::pow(beta, step))
    }

    /// As it should be.
    fn right(&self, operands: [f64; 2], state: &mut State) -> f64 {
        self.by(operands, state, Self::rests)
    }

    /// With another correction.
    fn by(&self, operands: [f64; 2], state: &mut State, rests: impl Fn(&Self, f64) -> [f64; 2]) -> f64 {
        let rests = rests(self, state.step);
        self.update(operands, state, rests, |m, v, _| m / (libm::sqrt(v) + self.epsilon))
    }

    /// With another quotient, of the corrected moments and what beta2 leaves.
    fn moved(&self, operands: [f64; 2], state: &mut State, quotient: impl Fn(f64, f64, f64) -> f64) -> f64 {
        let rests = self.rests(state.step);
        self.update(operands, state, rests, quotient)
    }

    fn update(
        &self,
        [p, g]: [f64; 2],
        state: &mut State,
        [rest1, rest2]: [f64; 2],
        quotient: impl Fn(f64, f64, f64) -> f64,
    ) -> f64 {
        let (coupled, apart) = if self.decoupled { (0.0, self.decay) } else { (self.decay, 0.0) };
        let slope = g + coupled * p;
        state.m = self.beta1 * state.m + (1.0 - self.beta1) * slope;
        state.v = self.beta2 * state.v + (1.0 - self.beta2) * slope * slope;
        p - self.rate * (apart * p + quotient(state.m / rest1, state.v / rest2, rest2))
    }
}

/// What an update of Adam makes of it.
fn adam(steps: &Steps, update: impl Fn(&Adam, [f64; 2], &mut State) -> f64) -> Option<Given> {
    let OptimizerSpec::Adam(spec) = steps.spec else { return None };
    let AdamSpec { learning_rate, beta1, beta2, epsilon, weight_decay, decoupled } = spec;
    let [rate, beta1, beta2, epsilon, decay] =
        [learning_rate, beta1, beta2, epsilon, weight_decay].map(f64::from);
    let adam = Adam { rate, beta1, beta2, epsilon, decay, decoupled };
    stepped(steps, |state, operands| update(&adam, operands, state))
}

/// The same where the decay is decoupled.
fn decoupled(steps: &Steps, update: impl Fn(&Adam, [f64; 2], &mut State) -> f64) -> Option<Given> {
    matches!(steps.spec, OptimizerSpec::Adam(spec) if spec.decoupled).then_some(())?;
    adam(steps, update)
}

/// The same where it is not.
fn coupled(steps: &Steps, update: impl Fn(&Adam, [f64; 2], &mut State) -> f64) -> Option<Given> {
    matches!(steps.spec, OptimizerSpec::Adam(spec) if !spec.decoupled).then_some(())?;
    adam(steps, update)
}
