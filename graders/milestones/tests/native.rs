//! The cases that judge students judge the native kernels, too: a guest made of them passes every check.

use std::env;

use tito_artifact::{Artifact, Gated, Limits};
use tito_data::{Split, Store, TINYDIGITS};
use tito_grade::{Grade, Status};
use tito_judge::{Draw, Seed, conv_window, parameter_shapes, pool_window};
use tito_kernels::{
    ShapeError, average_pool2d, conv2d, dense, flatten, max_pool2d, relu, sigmoid, softmax, tanh,
};
use tito_milestones::{Context, grade, milestone};
use tito_sandbox::{Called, Fault, Guest, Launch, Layer, Mode, ModelId, Outcome, Usage};
use tito_tensor::{Shape, Tensor};

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

fn run(layer: &Layer, parameters: &[Tensor], input: &Tensor) -> Result<Tensor, ShapeError> {
    match layer {
        Layer::Dense(_) => dense::native(input, &parameters[0], parameters.get(1)),
        Layer::Relu => Ok(relu::native(input)),
        Layer::Sigmoid => Ok(sigmoid::native(input)),
        Layer::Tanh => Ok(tanh::native(input)),
        Layer::Softmax => Ok(softmax::native(input)),
        Layer::Flatten => flatten::native(input),
        Layer::Conv2d(spec) => conv2d::native(input, &parameters[0], parameters.get(1), conv_window(spec)),
        Layer::MaxPool2d(spec) => max_pool2d::native(input, pool_window(spec)),
        Layer::AveragePool2d(spec) => average_pool2d::native(input, pool_window(spec)),
        other => panic!("{other:?} was not built"),
    }
}

/// What is wrong with a layer, before it sees any input.
fn fault(layer: &Layer) -> Option<Fault> {
    let window = match layer {
        Layer::Conv2d(spec) => conv_window(spec),
        Layer::MaxPool2d(spec) | Layer::AveragePool2d(spec) => pool_window(spec),
        Layer::Dense(_) | Layer::Relu | Layer::Sigmoid | Layer::Tanh | Layer::Softmax | Layer::Flatten => {
            return None;
        }
        _ => return Some(Fault::Unsupported("a later milestone's".into())),
    };
    let is_still = window.kernel.contains(&0) || window.stride.contains(&0);
    is_still.then(|| Fault::InvalidArgument("a window without extent or stride".into()))
}

/// LeCun's deviation for dense weights, He's for convolutions.
fn initial(shape: Shape, draw: &mut Draw) -> Tensor {
    match *shape.extents() {
        [inputs, _] => draw.normals(shape, (1.0 / f64::from(inputs)).sqrt()),
        [_, channels, height, width] => {
            draw.normals(shape, (2.0 / f64::from(channels * height * width)).sqrt())
        }
        _ => Tensor::zeros(shape),
    }
}

impl Guest for Native {
    fn build(&mut self, layers: &[Layer], seed: u64) -> Called<ModelId> {
        if let Some(fault) = layers.iter().find_map(fault) {
            return Ok(Outcome::Fault(fault));
        }
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut draw = Draw::new(key);
        let shapes = layers.iter().flat_map(parameter_shapes);
        let parameters = shapes.map(|shape| initial(shape, &mut draw)).collect();
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
                Err(error) => return Ok(Outcome::Fault(Fault::ShapeMismatch(error.to_string()))),
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

fn graded(number: u32, seed: &Seed) -> Grade {
    let Gated::Admitted(artifact) = Artifact::gate(b"\0asm\x0d\0\x01\0".to_vec(), &Limits::default()) else {
        panic!("an empty component passes the gate")
    };
    let data = Store::at("nowhere").load(&TINYDIGITS, Split::Test).unwrap();
    let context = Context::new(&Launcher, seed, &data, None);
    grade(&milestone(number).unwrap(), &artifact, &context, &mut |_, _| {}).unwrap()
}

/// How many secrets are tried: 40, or as many as `TITO_TEST_SEEDS` says. Before a check lands it was 2,000.
fn secrets() -> u32 {
    env::var("TITO_TEST_SEEDS").map_or(40, |seeds| seeds.parse().expect("TITO_TEST_SEEDS is a number"))
}

#[test]
fn the_native_kernels_pass_every_check_under_every_seed() {
    let digest = tito_artifact::Digest::of(b"");
    for number in [1, 2] {
        let secrets = (0..secrets()).map(|secret| Seed::secret(&secret.to_le_bytes(), number, digest));
        for seed in [Seed::public()].into_iter().chain(secrets) {
            let grade = graded(number, &seed);
            for check in grade.checks().filter(|check| check.status != Status::AwaitingReview) {
                assert_eq!(check.status, Status::Passed, "{check:#?}");
            }
        }
    }
}

#[test]
fn a_grade_depends_on_the_seed_alone() {
    let rayon = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let seed = Seed::public();
    for number in [1, 2] {
        let [one, two] = [1, 2].map(|threads| rayon(threads).install(|| graded(number, &seed)));
        assert_eq!(one, two);
        assert_eq!(one, graded(number, &seed));
    }
}
