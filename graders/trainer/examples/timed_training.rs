//! Times training on demand, for `benches/pytorch.py`: reads one question a line, answers with the seconds that so many
//! steps took of a thread's time, which others' work on the machine is no part of.
//!
//! ```text
//! cnn|mlp STEPS
//! ```

use std::{
    fs,
    io::{self, BufRead as _, Write as _},
};

use tito_judge::Draw;
use tito_sandbox::{
    AdamSpec, Conv2dSpec, DenseSpec, Directive, Layer, OptimizerSpec, Pool2dSpec, Recipe, Schedule, SgdSpec,
};
use tito_tensor::Tensor;
use tito_trainer::{Examples, Model, fit};

/// Examples that are drawn once; steps go over them again and again.
const EXAMPLES: usize = 2000;

const CLASSES: u32 = 10;

/// Random numbers with random classes.
struct Noise {
    shape: Vec<u32>,
    elements: usize,
    data: Tensor,
    /// How many are told.
    count: usize,
}

impl Noise {
    fn new(shape: &[u32], count: usize, draw: &mut Draw) -> Self {
        let elements = shape.iter().product::<u32>();
        let data = draw.normals([EXAMPLES as u32, elements], 1.0);
        Self { shape: shape.to_vec(), elements: elements as usize, data, count }
    }
}

impl Examples for Noise {
    fn count(&self) -> usize {
        self.count
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        let places = places.iter().map(|place| place % EXAMPLES);
        let targets = places.clone().map(|place| place as u32 % CLASSES).collect();
        let mut data = Vec::with_capacity(places.len() * self.elements);
        let example = |place: usize| &self.data.data()[place * self.elements..][..self.elements];
        places.clone().for_each(|place| data.extend_from_slice(example(place)));
        let shape = [&[places.len() as u32], self.shape.as_slice()].concat();
        (Tensor::new(shape, data).expect("every example has its elements"), targets)
    }
}

fn conv(in_channels: u32, out_channels: u32) -> Layer {
    let (kernel, stride, padding) = ((3, 3), (1, 1), (1, 1));
    Layer::Conv2d(Conv2dSpec { in_channels, out_channels, kernel, stride, padding, bias: true })
}

fn dense(inputs: u32, outputs: u32) -> Layer {
    Layer::Dense(DenseSpec { inputs, outputs, bias: true })
}

/// What milestone 3 assigns on CIFAR-10: batches of 50.
fn cnn() -> (Vec<u32>, Vec<Layer>, OptimizerSpec, u32) {
    let halved = Layer::MaxPool2d(Pool2dSpec { kernel: (2, 2), stride: (2, 2), padding: (0, 0) });
    let stage = |from, to| [conv(from, to), Layer::Relu, halved];
    let stages = [stage(3, 8), stage(8, 16), stage(16, 32)].concat();
    let layers = [stages, vec![Layer::Flatten, dense(512, CLASSES)]].concat();
    let adam = AdamSpec::usual(2e-3);
    (vec![3, 32, 32], layers, OptimizerSpec::Adam(adam), 50)
}

/// A network for MNIST: batches of 64.
fn mlp() -> (Vec<u32>, Vec<Layer>, OptimizerSpec, u32) {
    let layers = vec![dense(784, 128), Layer::Relu, dense(128, CLASSES)];
    let sgd = SgdSpec { learning_rate: 0.05, momentum: 0.9, weight_decay: 0.0 };
    (vec![784], layers, OptimizerSpec::Sgd(sgd), 64)
}

/// How long this thread has been running, by Linux.
fn thread_seconds() -> Option<f64> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = told.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn seconds(question: &str) -> Option<f64> {
    let (network, steps) = question.split_once(' ')?;
    let (shape, layers, optimizer, batch_size) = if network == "cnn" { cnn() } else { mlp() };
    let mut draw = Draw::new([0; 32]);
    let count = steps.parse::<usize>().ok()? * batch_size as usize;
    let examples = Noise::new(&shape, count, &mut draw);
    let mut model = Model::build(&layers, &mut draw).expect("every layer has a native kernel");
    let recipe = Recipe {
        optimizer,
        schedule: Schedule::Constant,
        clip_norm: None,
        epochs: 1,
        batch_size,
        shuffle: true,
        seed: 0,
    };
    let start = thread_seconds()?;
    let history = fit(&mut model, &examples, None, &recipe, &mut |_, _| Directive::Proceed);
    history.expect("the examples fit the network");
    Some(thread_seconds()? - start)
}

/// All is done on one of rayon's threads, so that none waits for another.
fn main() -> io::Result<()> {
    rayon::scope(|_| answer())
}

fn answer() -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let answer = seconds(&line?).map_or_else(|| "?".to_owned(), |seconds| seconds.to_string());
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}
