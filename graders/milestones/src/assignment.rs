//! What milestone 3 has a submission learn from real images: the network, the recipe, how many examples, and how well
//! the native trainer learnt it.

use std::sync::Arc;

use tito_data::{Dataset, Description, TINYDIGITS};
use tito_judge::Draw;
use tito_sandbox::{
    AdamSpec, Conv2dSpec, DenseSpec, Directive, Epoch, Layer, OptimizerSpec, Pool2dSpec, Recipe, Schedule,
};
use tito_trainer::{Examples, Model, TrainError, fit};

use crate::{
    Images,
    classroom::{SharedExamples, Task},
    toy::parameters,
};

/// What is to be learnt of a dataset's training images.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// From images to logits.
    pub layers: Vec<Layer>,
    /// How.
    pub recipe: Recipe,
    /// How many images are learnt.
    pub training: usize,
    /// How many are only looked at; and as many are kept by the host, which measures on them what was learnt.
    pub validation: usize,
    classes: u32,
}

/// Images that a draw has picked, and where training begins.
pub struct Drawn {
    /// What is lent.
    pub(crate) task: Task,
    /// What is never lent: whoever is lent an image can learn its label by heart.
    pub(crate) held_out: SharedExamples,
}

impl Assignment {
    /// That of a small convolutional network.
    pub fn of(data: &Description) -> Self {
        let is_tiny = data.name == TINYDIGITS.name;
        let channels: &[u32] = if is_tiny { &[8, 16] } else { &[8, 16, 32] };
        let (epochs, batch_size, learning_rate) = if is_tiny { (12, 32, 4e-3) } else { (5, 50, 2e-3) };
        let (training, validation) = if is_tiny { (1_050, 149) } else { (20_000, 2_000) };
        let recipe = recipe(epochs, batch_size, learning_rate);
        Self { layers: network(data, channels), recipe, training, validation, classes: data.classes }
    }

    /// The same of a linear model, which a network has to beat.
    pub fn linear(data: &Description) -> Self {
        let [channels, height, width] = data.example_shape;
        let layers = vec![Layer::Flatten, dense(channels * height * width, data.classes)];
        Self { layers, ..Self::of(data) }
    }

    /// Draws the images from a training split, standardised by those that are learnt, and the first parameters.
    ///
    /// # Panics
    ///
    /// If there are too few images.
    pub fn draw(&self, data: &Dataset, draw: &mut Draw) -> Drawn {
        let order = draw.permutation(data.len());
        let (training, rest) = order.split_at(self.training);
        let (validation, rest) = rest.split_at(self.validation);
        let moments = data.part(training.to_vec()).moments();
        let [training, validation, held_out] = [training, validation, &rest[..self.validation]]
            .map(|places| data.part(places.to_vec()).standardised(&moments))
            .map(|part| Arc::new(Images(part)) as SharedExamples);
        let task = Task {
            layers: self.layers.clone(),
            parameters: parameters(&self.layers, draw),
            training,
            validation: Some(validation),
            classes: self.classes,
            recipe: Recipe { seed: draw.below(u64::MAX), ..self.recipe },
        };
        Drawn { task, held_out }
    }
}

impl Drawn {
    /// The history of the native trainer.
    ///
    /// # Errors
    ///
    /// If a layer has no native kernel.
    pub fn train(&self) -> Result<Vec<Epoch>, TrainError> {
        let Task { layers, parameters, training, validation, recipe, .. } = &self.task;
        let mut model = Model::build(layers, &mut Draw::new([0; 32]))?;
        model.load(parameters.clone())?;
        let validation = validation.as_ref().map(|examples| examples.as_ref() as &dyn Examples);
        fit(&mut model, training.as_ref(), validation, recipe, &mut |_, _| Directive::Proceed)
    }
}

/// Stages of a convolution of 3x3, a ReLU and a max-pool of 2x2, then a dense layer.
fn network(data: &Description, channels: &[u32]) -> Vec<Layer> {
    let [mut before, mut height, mut width] = data.example_shape;
    let mut layers = Vec::new();
    for &after in channels {
        let halved = Pool2dSpec { kernel: (2, 2), stride: (2, 2), padding: (0, 0) };
        layers.extend([conv(before, after), Layer::Relu, Layer::MaxPool2d(halved)]);
        (before, height, width) = (after, height / 2, width / 2);
    }
    layers.extend([Layer::Flatten, dense(before * height * width, data.classes)]);
    layers
}

fn conv(in_channels: u32, out_channels: u32) -> Layer {
    let (kernel, stride, padding) = ((3, 3), (1, 1), (1, 1));
    Layer::Conv2d(Conv2dSpec { in_channels, out_channels, kernel, stride, padding, bias: true })
}

fn dense(inputs: u32, outputs: u32) -> Layer {
    Layer::Dense(DenseSpec { inputs, outputs, bias: true })
}

fn recipe(epochs: u32, batch_size: u32, learning_rate: f32) -> Recipe {
    let schedule = Schedule::Cosine(0.0);
    Recipe {
        optimizer: adam(learning_rate),
        schedule,
        clip_norm: None,
        epochs,
        batch_size,
        shuffle: true,
        seed: 0,
    }
}

fn adam(learning_rate: f32) -> OptimizerSpec {
    OptimizerSpec::Adam(AdamSpec {
        learning_rate,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weight_decay: 0.0,
        decoupled: false,
    })
}
