//! Small tasks whose every step can be looked at: clouds of points around a centre for each class.

use std::sync::Arc;

use tito_judge::{Draw, parameter_shapes};
use tito_sandbox::{Layer, NormSpec, OptimizerSpec, Recipe, Schedule, SgdSpec};
use tito_tensor::{Shape, Tensor};
use tito_trainer::Examples;

use crate::{
    classroom::{SharedExamples, Task},
    network::{conv, dense},
};

/// The extents of the points, and the classes.
const FEATURES: u32 = 6;
const CLASSES: u32 = 3;
const HIDDEN: u32 = 8;

/// Examples in memory.
pub(crate) struct Drawn {
    /// [examples, ..]
    pub(crate) inputs: Tensor,
    pub(crate) targets: Vec<u32>,
}

impl Examples for Drawn {
    fn count(&self) -> usize {
        self.targets.len()
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        let width = self.inputs.data().len() / self.targets.len();
        let mut extents = self.inputs.shape().extents().to_vec();
        extents[0] = places.len() as u32;
        let data = places.iter().flat_map(|place| &self.inputs.data()[place * width..][..width]).copied();
        let inputs = Tensor::new(Shape::new(extents), data.collect()).expect("every example has one width");
        (inputs, places.iter().map(|&place| self.targets[place]).collect())
    }
}

/// Points around a centre for each class, so far apart that a small network tells most of them.
pub(crate) fn clouds(draw: &mut Draw, counts: &[usize]) -> Vec<SharedExamples> {
    let centres = draw.normals([CLASSES, FEATURES], 1.0);
    let cloud = |&count: &usize| {
        let targets: Vec<u32> = (0..count).map(|_| draw.below(u64::from(CLASSES)) as u32).collect();
        let noise = draw.normals([count as u32, FEATURES], 0.7);
        let centre = |i: usize| {
            let class = targets[i / FEATURES as usize] as usize;
            centres.data()[class * FEATURES as usize + i % FEATURES as usize]
        };
        let inputs = Tensor::from_fn(noise.shape().clone(), |i| noise.data()[i] + centre(i));
        Arc::new(Drawn { inputs, targets }) as SharedExamples
    };
    counts.iter().map(cloud).collect()
}

/// A small network on so many training and validation examples.
pub(crate) fn task(draw: &mut Draw, training: usize, validation: usize, batch_size: u32) -> Task {
    let mut clouds = clouds(draw, &[training, validation]).into_iter();
    let [training, validation] = [(); 2].map(|()| clouds.next().expect("two were drawn"));
    let layers = vec![dense(FEATURES, HIDDEN), Layer::Tanh, dense(HIDDEN, CLASSES)];
    let parameters = parameters(&layers, draw);
    let recipe = Recipe {
        optimizer: OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1, momentum: 0.0, weight_decay: 0.0 }),
        schedule: Schedule::Constant,
        clip_norm: None,
        epochs: 3,
        batch_size,
        shuffle: true,
        seed: draw.below(u64::MAX),
    };
    Task { layers, parameters, training, validation: Some(validation), classes: CLASSES, recipe }
}

/// The same with dropout before the last layer, which only training drops by.
pub(crate) fn with_dropout(mut task: Task) -> Task {
    task.layers.insert(2, Layer::Dropout(0.5));
    task
}

/// Small images for a convolution with batch normalisation, whose running moments are a state.
pub(crate) fn images(draw: &mut Draw, count: usize) -> Task {
    let (norm, end) = (NormSpec { features: 3, epsilon: 1e-2 }, dense(3 * 4 * 5, CLASSES));
    let layers = vec![conv(1, 3), Layer::BatchNorm2d(norm), Layer::Relu, Layer::Flatten, end];
    let targets = (0..count).map(|_| draw.below(u64::from(CLASSES)) as u32).collect();
    let inputs = draw.normals([count as u32, 1, 4, 5], 1.0);
    let parameters = parameters(&layers, draw);
    let training = Arc::new(Drawn { inputs, targets });
    let task = task(draw, 1, 1, 8);
    Task { layers, parameters, training, validation: None, ..task }
}

/// Examples of many features, of 1 KiB each.
pub(crate) fn wide(draw: &mut Draw, batch_size: u32) -> Task {
    let features = 256;
    let layers = vec![dense(features, CLASSES)];
    let count = 4 * batch_size;
    let targets = (0..count).map(|_| draw.below(u64::from(CLASSES)) as u32).collect();
    let inputs = draw.normals([count, features], 1.0);
    let parameters = parameters(&layers, draw);
    let training = Arc::new(Drawn { inputs, targets });
    let task = task(draw, 1, 1, batch_size);
    Task { layers, parameters, training, validation: None, ..task }
}

/// Normal numbers of a deviation under which signals neither fade nor saturate.
pub(crate) fn parameters(layers: &[Layer], draw: &mut Draw) -> Vec<Tensor> {
    let shapes = layers.iter().flat_map(parameter_shapes);
    let fan_in = |shape: &Shape| match *shape.extents() {
        [inputs, _] => inputs,
        [_, channels, height, width] => channels * height * width,
        _ => 100,
    };
    shapes
        .map(|shape| {
            let deviation = 1.0 / f64::from(fan_in(&shape)).sqrt();
            draw.normals(shape, deviation)
        })
        .collect()
}
