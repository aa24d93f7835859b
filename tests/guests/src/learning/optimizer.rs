//! Optimizers, their formula replaceable.

use tinytorch::{AdamSpec, Fault, Optimizer, OptimizerSpec, SgdSpec, Tensor};

/// One element at one step.
#[derive(Clone, Copy)]
pub struct At {
    /// The learning rate.
    pub rate: f32,
    /// Which step it is: 1 for the first.
    pub step: i32,
    /// Which of how many tensors it belongs to, from 0.
    pub tensor: [i32; 2],
    /// The parameter.
    pub parameter: f32,
    /// Its gradient.
    pub gradient: f32,
}

/// What a step makes of a parameter, and of two numbers that are remembered for it: 0 before the first step.
pub type Moved = fn(&OptimizerSpec, At, &mut [f32; 2]) -> f32;

/// An optimizer that applies a formula to every element.
pub struct Steps {
    /// What it is asked to be.
    pub spec: OptimizerSpec,
    /// The formula.
    pub moved: Moved,
    step: i32,
    memory: Vec<Vec<[f32; 2]>>,
}

impl Steps {
    /// One that has made no step.
    pub fn new(spec: &OptimizerSpec, moved: Moved) -> Self {
        Self { spec: *spec, moved, step: 0, memory: Vec::new() }
    }

    /// The same, boxed as an optimizer.
    pub fn boxed(spec: &OptimizerSpec, moved: Moved) -> Box<dyn Optimizer> {
        Box::new(Self::new(spec, moved))
    }
}

impl Optimizer for Steps {
    fn step(&mut self, rate: f32, parameters: &mut [&mut Tensor], gradients: &[Tensor]) -> Result<(), Fault> {
        if self.step == 0 {
            self.memory = gradients.iter().map(|gradient| vec![[0.0; 2]; gradient.data().len()]).collect();
        }
        let fits = parameters.iter().map(|it| it.shape()).eq(gradients.iter().map(Tensor::shape))
            && self.memory.iter().map(Vec::len).eq(gradients.iter().map(|it| it.data().len()));
        if !fits {
            return Err(Fault::shape_mismatch("step: parameters, gradients and earlier ones do not fit"));
        }
        self.step += 1;
        let (step, count) = (self.step, parameters.len() as i32);
        let tensors = parameters.iter_mut().zip(gradients).zip(&mut self.memory).zip(0..);
        for (((parameter, gradient), memory), number) in tensors {
            let tensor = [number, count];
            let elements = parameter.data_mut().iter_mut().zip(gradient.data()).zip(memory);
            for ((parameter, &gradient), memory) in elements {
                let at = At { rate, step, tensor, parameter: *parameter, gradient };
                *parameter = (self.moved)(&self.spec, at, memory);
            }
        }
        Ok(())
    }
}

/// The right formula.
pub fn moved(spec: &OptimizerSpec, at: At, memory: &mut [f32; 2]) -> f32 {
    match spec {
        OptimizerSpec::Sgd(spec) => sgd(spec, at, memory),
        OptimizerSpec::Adam(spec) => adam(spec, at, memory),
    }
}

fn sgd(spec: &SgdSpec, At { rate, parameter: p, gradient: g, .. }: At, [v, _]: &mut [f32; 2]) -> f32 {
    *v = spec.momentum * *v + g + spec.weight_decay * p;
    p - rate * *v
}

fn adam(spec: &AdamSpec, at: At, memory: &mut [f32; 2]) -> f32 {
    adam_by(spec, at, memory, |[m, v], [rest1, rest2]| {
        m / rest1 / ((v / rest2).sqrt() + f64::from(spec.epsilon))
    })
}

/// Adam with another quotient, of its two moments and of what the powers of the betas leave of 1.
pub fn adam_by(
    spec: &AdamSpec,
    At { rate, step, parameter: p, gradient: g, .. }: At,
    [m, v]: &mut [f32; 2],
    quotient: impl Fn([f64; 2], [f64; 2]) -> f64,
) -> f32 {
    let g = if spec.decoupled { g } else { g + spec.weight_decay * p };
    *m = spec.beta1 * *m + (1.0 - spec.beta1) * g;
    *v = spec.beta2 * *v + (1.0 - spec.beta2) * g * g;
    let rests = [spec.beta1, spec.beta2].map(|beta| 1.0 - f64::from(beta).powi(step));
    let way = quotient([*m, *v].map(f64::from), rests);
    let decay = if spec.decoupled { rate * spec.weight_decay * p } else { 0.0 };
    p - decay - rate * way as f32
}
