//! What milestone 3 has a submission learn from real images: the network, the recipe, how many examples, and how well
//! the native trainer learnt it.

use std::sync::Arc;

use tito_data::{Dataset, ImageForm, TINYDIGITS};
use tito_judge::Draw;
use tito_sandbox::{Directive, Epoch, Layer, Recipe};
use tito_trainer::{Examples, Model, TrainError, fit};

use crate::{
    Images,
    classroom::{SharedExamples, Task},
    network::{annealed, cnn, dense},
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
    pub fn of(data: &Dataset) -> Self {
        let is_tiny = data.description().name == TINYDIGITS.name;
        let channels: &[u32] = if is_tiny { &[8, 16] } else { &[8, 16, 32] };
        let (epochs, batch_size, learning_rate) = if is_tiny { (12, 32, 4e-3) } else { (5, 50, 2e-3) };
        let (training, validation) = if is_tiny { (1_050, 149) } else { (20_000, 2_000) };
        let recipe = annealed(epochs, batch_size, learning_rate, 0);
        let (layers, classes) = (cnn(data.form(), channels), data.form().classes);
        Self { layers, recipe, training, validation, classes }
    }

    /// The same of a linear model, which a network has to beat.
    pub fn linear(data: &Dataset) -> Self {
        let ImageForm { example_shape: [channels, height, width], classes, .. } = *data.form();
        let layers = vec![Layer::Flatten, dense(channels * height * width, classes)];
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
