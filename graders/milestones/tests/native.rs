//! The cases that judge students judge the native kernels, too: a guest made of them passes every check.

use tito_artifact::{Artifact, Gated, Limits};
use tito_data::{Split, Store, TINYDIGITS};
use tito_grade::{Grade, Status};
use tito_judge::{Draw, Seed, parameter_shapes};
use tito_kernels::{dense, flatten, relu, sigmoid, softmax, tanh};
use tito_milestones::{Context, grade, milestone};
use tito_sandbox::{Called, Fault, Guest, Launch, Layer, Mode, ModelId, Outcome, Usage};
use tito_tensor::Tensor;

/// A guest without a sandbox.
#[derive(Default)]
struct Native {
    models: Vec<(Vec<Layer>, Vec<Tensor>)>,
}

struct Launcher;

impl Launch for Launcher {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        Ok(Outcome::Answer(Box::new(Native::default())))
    }
}

impl Native {
    fn at(&mut self, model: ModelId) -> &mut (Vec<Layer>, Vec<Tensor>) {
        &mut self.models[model.index()]
    }
}

fn run(layer: &Layer, parameters: &[Tensor], input: &Tensor) -> Result<Tensor, String> {
    match layer {
        Layer::Dense(_) => dense::native(input, &parameters[0], parameters.get(1)).map_err(|e| e.to_string()),
        Layer::Relu => Ok(relu::native(input)),
        Layer::Sigmoid => Ok(sigmoid::native(input)),
        Layer::Tanh => Ok(tanh::native(input)),
        Layer::Softmax => Ok(softmax::native(input)),
        Layer::Flatten => flatten::native(input).map_err(|e| e.to_string()),
        other => Err(format!("{other:?}")),
    }
}

impl Guest for Native {
    fn build(&mut self, layers: &[Layer], seed: u64) -> Called<ModelId> {
        if layers
            .iter()
            .any(|layer| run(layer, &[Tensor::zeros([1, 1])], &Tensor::zeros([1, 1])).is_err_and(is_unknown))
        {
            return Ok(Outcome::Fault(Fault::Unsupported("a later milestone's".into())));
        }
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut draw = Draw::new(key);
        let shapes = layers.iter().flat_map(parameter_shapes);
        let initial = shapes.map(|shape| match shape.extents() {
            &[inputs, _] => draw.normals(shape, (1.0 / f64::from(inputs)).sqrt()),
            _ => Tensor::zeros(shape),
        });
        let parameters = initial.collect();
        self.models.push((layers.to_vec(), parameters));
        Ok(Outcome::Answer(ModelId::new(self.models.len() - 1)))
    }

    fn parameters(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        Ok(Outcome::Answer(self.at(model).1.clone()))
    }

    fn load(&mut self, model: ModelId, parameters: &[Tensor]) -> Called<()> {
        let own = &mut self.at(model).1;
        if !own.iter().map(Tensor::shape).eq(parameters.iter().map(Tensor::shape)) {
            return Ok(Outcome::Fault(Fault::ShapeMismatch("parameters".into())));
        }
        *own = parameters.to_vec();
        Ok(Outcome::Answer(()))
    }

    fn forward(&mut self, model: ModelId, input: &Tensor, _mode: Mode) -> Called<Tensor> {
        let (layers, mut parameters) =
            (&self.models[model.index()].0, self.models[model.index()].1.as_slice());
        let mut carried = input.clone();
        for layer in layers {
            let (own, rest) = parameters.split_at(parameter_shapes(layer).len());
            match run(layer, own, &carried) {
                Ok(output) => (carried, parameters) = (output, rest),
                Err(words) => return Ok(Outcome::Fault(Fault::ShapeMismatch(words))),
            }
        }
        Ok(Outcome::Answer(carried))
    }

    fn drop_model(&mut self, _model: ModelId) -> Called<()> {
        Ok(Outcome::Answer(()))
    }

    fn usage(&self) -> Usage {
        Usage::default()
    }

    fn log(&self) -> &[String] {
        &[]
    }
}

/// A layer of a later milestone, as against a shape that does not fit.
#[expect(clippy::needless_pass_by_value, reason = "the form that is_err_and wants")]
fn is_unknown(words: String) -> bool {
    words.contains("Spec") || words.contains("Gelu") || words.contains("Dropout")
}

fn graded(seed: &Seed) -> Grade {
    let Gated::Admitted(artifact) = Artifact::gate(b"\0asm\x0d\0\x01\0".to_vec(), &Limits::default()) else {
        panic!("an empty component passes the gate")
    };
    let data = Store::at("nowhere").load(&TINYDIGITS, Split::Test).unwrap();
    let context = Context { launch: &Launcher, seed, data: &data, source: None };
    grade(&milestone(1).unwrap(), &artifact, &context, &mut |_, _| {}).unwrap()
}

#[test]
fn the_native_kernels_pass_every_check_under_every_seed() {
    let digest = tito_artifact::Digest::of(b"");
    let secrets = (0u8..40).map(|secret| Seed::secret(&[secret], 1, digest));
    for seed in [Seed::public()].into_iter().chain(secrets) {
        for check in graded(&seed).checks().filter(|check| check.status != Status::AwaitingReview) {
            assert_eq!(check.status, Status::Passed, "{check:#?}");
        }
    }
}

#[test]
fn a_grade_depends_on_the_seed_alone() {
    let rayon = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let seed = Seed::public();
    let (one, two) = (rayon(1).install(|| graded(&seed)), rayon(2).install(|| graded(&seed)));
    assert_eq!(one, two);
    assert_eq!(one, graded(&seed));
}
