//! The gradients that a model keeps: their shapes, that `backward` adds to them, and what makes them zero.
//!
//! What is added is the submission's own, so that a wrong gradient fails the check of its layer and not this one.

use tito_grade::Hint;
use tito_judge::{Draw, Findings, advice, describe, parameter_shapes};
use tito_kernels::{Judged, Wide};
use tito_sandbox::{Called, DenseSpec, Guest, HostError, Layer, Mode, ModelId, NormSpec, Outcome};
use tito_tensor::{Shape, Tensor};

use crate::{
    Context,
    computer_vision::windows::{conv, window},
    milestone::Found,
};

type CameBack = Option<(String, Option<Hint>)>;

/// A model, with two inputs and the gradients of what it makes of them.
struct Model {
    layers: Vec<Layer>,
    parameters: Vec<Tensor>,
    lessons: [Lesson; 2],
    /// Seen in inference alone.
    other: Tensor,
}

/// An input and the gradient of what it becomes.
struct Lesson {
    input: Tensor,
    gradient: Tensor,
}

/// All gradients at each stage of a model's life.
struct Stages {
    built: Vec<Tensor>,
    first: Vec<Tensor>,
    both: Vec<Tensor>,
    zeroed: Vec<Tensor>,
    second: Vec<Tensor>,
    loaded: Vec<Tensor>,
    /// The first lesson with inference between `forward` and `backward`.
    interrupted: Vec<Tensor>,
}

/// Dense, convolution and batch normalisation, and a stack of them.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/gradients-accumulate");
    let mut findings = Findings::default();
    for model in models(&mut draw) {
        let (outcome, usage) = context.examiner().with_guest(|guest| stages(guest, &model))?;
        findings.used(usage);
        match outcome {
            Outcome::Answer(stages) => judge(&mut findings, &model, &stages),
            failed => {
                let asked = format!("the gradients of {}", describe(&model.layers));
                findings.question(asked, Some((failed.to_string(), advice(&failed))));
            }
        }
    }
    Ok(Found::Cases(findings))
}

fn models(draw: &mut Draw) -> Vec<Model> {
    let dense = |inputs, outputs, bias| Layer::Dense(DenseSpec { inputs, outputs, bias });
    let convolution = Layer::Conv2d(conv([2, 3], window((2, 3), (1, 1), (0, 1)), true));
    let norm = Layer::BatchNorm2d(NormSpec { features: 2, epsilon: 0.1 });
    let settings: [(Vec<Layer>, &[u32], &[u32]); 4] = [
        (vec![dense(3, 4, true)], &[5, 3], &[5, 4]),
        (vec![convolution], &[2, 2, 4, 4], &[2, 3, 3, 4]),
        (vec![norm], &[3, 2, 3, 3], &[3, 2, 3, 3]),
        (vec![dense(4, 5, false), Layer::Tanh, dense(5, 2, true)], &[3, 4], &[3, 2]),
    ];
    let model = |(layers, input, output): (Vec<Layer>, &[u32], &[u32])| {
        let parameters =
            layers.iter().flat_map(parameter_shapes).map(|shape| draw.normals(shape, 1.0)).collect();
        let lessons = [(); 2].map(|()| Lesson {
            input: draw.normals(input.to_vec(), 1.0),
            gradient: draw.normals(output.to_vec(), 1.0),
        });
        Model { layers, parameters, lessons, other: draw.normals(input.to_vec(), 1.0) }
    };
    settings.into_iter().map(model).collect()
}

fn learn(guest: &mut dyn Guest, model: ModelId, lesson: &Lesson) -> Called<Vec<Tensor>> {
    guest
        .forward(model, &lesson.input, Mode::Training)?
        .then(|_| guest.backward(model, &lesson.gradient)?.then(|_| guest.gradients(model)))
}

fn interrupted(
    guest: &mut dyn Guest,
    model: ModelId,
    lesson: &Lesson,
    other: &Tensor,
) -> Called<Vec<Tensor>> {
    guest.forward(model, &lesson.input, Mode::Training)?.then(|_| {
        guest
            .forward(model, other, Mode::Inference)?
            .then(|_| guest.backward(model, &lesson.gradient)?.then(|_| guest.gradients(model)))
    })
}

fn stages(guest: &mut dyn Guest, model: &Model) -> Called<Stages> {
    let [one, two] = &model.lessons;
    guest.build(&model.layers, 7)?.then(|id| {
        guest.gradients(id)?.then(|built| {
            guest.load(id, &model.parameters)?.then(|()| {
                let first = learn(guest, id, one)?;
                let both = learn(guest, id, two)?;
                let zeroed = guest.zero_gradients(id)?.then(|()| guest.gradients(id))?;
                let second = learn(guest, id, two)?;
                let loaded = guest.load(id, &model.parameters)?.then(|()| guest.gradients(id))?;
                let interrupted = interrupted(guest, id, one, &model.other)?;
                Ok(first.and_then(|first| {
                    let all = |both, zeroed, second, loaded, interrupted| Stages {
                        built,
                        first,
                        both,
                        zeroed,
                        second,
                        loaded,
                        interrupted,
                    };
                    both.and_then(|both| {
                        zeroed.and_then(|zeroed| {
                            second.and_then(|second| {
                                loaded.and_then(|loaded| {
                                    interrupted.map(|last| all(both, zeroed, second, loaded, last))
                                })
                            })
                        })
                    })
                }))
            })
        })
    })
}

fn judge(findings: &mut Findings, model: &Model, stages: &Stages) {
    let name = describe(&model.layers);
    let mut question =
        |what: &str, came_back| findings.question(format!("the gradients of {name} {what}"), came_back);
    let Stages { built, first, both, zeroed, second, loaded, interrupted } = stages;
    let wanted: Vec<Shape> = model.layers.iter().flat_map(parameter_shapes).collect();
    let has_shapes = |tensors: &[Tensor]| tensors.iter().map(Tensor::shape).eq(&wanted);
    let stages = [built, first, both, zeroed, second, loaded, interrupted];
    if let Some(other) = stages.into_iter().find(|tensors| !has_shapes(tensors)) {
        return question(
            "have the shapes of the parameters",
            Some((shapes(other, &wanted), Some(shapes_hint()))),
        );
    }
    question("after build", zero(built, "gradients-not-zero-after-build", "Gradients begin at zero."));
    question("after backward", if is_zero(first) || is_zero(second) { Some(never()) } else { None });
    question("after two of them", summed(both, first, second));
    question(
        "after zero-gradients",
        zero(zeroed, "gradients-never-zeroed", "`zero-gradients` makes all of them zero."),
    );
    question("after load", zero(loaded, "load-keeps-gradients", "`load` makes all gradients zero."));
    // Where they were not made zero, what is added to them is of another question.
    if is_zero(loaded) {
        question("after inference between forward and backward", kept(interrupted, first));
    }
}

fn told(came_back: &str, misconception: &str, advice: &str) -> (String, Option<Hint>) {
    (came_back.to_owned(), Some(Hint { misconception: misconception.into(), advice: advice.into() }))
}

fn shapes(found: &[Tensor], wanted: &[Shape]) -> String {
    let list = |shapes: &mut dyn Iterator<Item = String>| shapes.take(8).collect::<Vec<_>>().join(", ");
    let found = list(&mut found.iter().map(|tensor| tensor.shape().to_string()));
    format!("[{found}], not [{}]", list(&mut wanted.iter().map(Shape::to_string)))
}

fn shapes_hint() -> Hint {
    Hint {
        misconception: "gradient-shapes".into(),
        advice:
            "There is one gradient for every parameter, of its shape and in the same order, from `build` on."
                .into(),
    }
}

fn never() -> (String, Option<Hint>) {
    told("zeros", "gradients-never-written", "`backward` adds each parameter's gradient to `gradients`.")
}

fn is_zero(tensors: &[Tensor]) -> bool {
    tensors.iter().all(|tensor| tensor.data().iter().all(|&g| g == 0.0))
}

fn zero(tensors: &[Tensor], misconception: &str, advice: &str) -> CameBack {
    (!is_zero(tensors)).then(|| told("other numbers than zeros", misconception, advice))
}

/// Whether these are two numbers' sums, each with some roundings of the two, and of what a sum that goes on has rounded
/// instead.
fn is_sum(both: &[Tensor], first: &[Tensor], second: &[Tensor], weights: [f64; 2]) -> bool {
    both.iter().zip(first.iter().zip(second)).all(|(both, (first, second))| {
        let pairs = first.data().iter().zip(second.data());
        let sums = pairs.map(|(&a, &b)| weights[0] * f64::from(a) + weights[1] * f64::from(b)).collect();
        let value = Wide::new(both.shape().clone(), sums).expect("all gradients have the parameters' shapes");
        let all = first.data().iter().chain(second.data());
        let largest = all.fold(0.0f64, |most, &g| most.max(f64::from(g.abs())));
        let judged = Judged { gauge: vec![largest; value.data().len()], value, terms: TERMS };
        both.data().iter().enumerate().all(|(at, &got)| judged.accepts(at, got))
    })
}

/// The terms whose tolerance is some hundred roundings of the largest gradient: as many as sums have that go on where the
/// last one ended.
const TERMS: usize = 1_000;

fn summed(both: &[Tensor], first: &[Tensor], second: &[Tensor]) -> CameBack {
    if is_sum(both, first, second, [1.0, 1.0]) {
        return None;
    }
    let advice = "`backward` adds to the gradients that are there; `zero-gradients` makes them zero.";
    let misconception = if is_sum(both, first, second, [0.0, 1.0]) {
        "gradients-replaced"
    } else if is_sum(both, first, second, [0.5, 0.5]) {
        "gradients-averaged"
    } else {
        "gradients-not-added"
    };
    Some(told("other numbers than the sum of both", misconception, advice))
}

fn kept(interrupted: &[Tensor], first: &[Tensor]) -> CameBack {
    let is_kept = is_sum(interrupted, first, first, [1.0, 0.0]);
    let came_back = || {
        told(
            "other numbers than without it",
            "inference-forgets-training",
            "`backward` belongs to the last `forward` in training: one in inference keeps nothing and overwrites nothing.",
        )
    };
    (!is_kept).then(came_back)
}
