//! The network that goes into production: the one that a submission has trained, or else one of the usual kind.

use tito_judge::Draw;
use tito_sandbox::{Called, Guest, Layer, ModelId};
use tito_tensor::{Shape, Tensor};

use crate::{Assignment, Context, toy};

/// A network with its parameters.
pub(super) struct Subject<'a> {
    /// From images to logits.
    pub(super) layers: Vec<Layer>,
    /// [channels, height, width]
    pub(super) image: [u32; 3],
    /// Whose it is, in words.
    pub(super) whose: &'static str,
    weights: Weights<'a>,
}

enum Weights<'a> {
    Trained(&'a [u8]),
    Drawn(Vec<Tensor>),
}

impl<'a> Subject<'a> {
    /// The one of `train.toml` with the last checkpoint, if it was handed in; else that of milestone 3 with parameters that are
    /// drawn.
    pub(super) fn of(context: &'a Context<'_>, draw: &mut Draw) -> Self {
        if let Some(Ok(handed)) = &context.own.handed {
            let images = handed.data().images().expect("a plan is for images");
            let (layers, image) = (handed.plan.layers.clone(), images.example_shape);
            return Self { layers, image, whose: "your own", weights: Weights::Trained(handed.last()) };
        }
        let layers = Assignment::of(context.data).layers;
        let weights = Weights::Drawn(toy::parameters(&layers, draw));
        let image = context.data.form().example_shape;
        let whose = match context.own.handed {
            Some(_) => "that of milestone 3, since the training that was handed in cannot be read",
            None => "that of milestone 3, since no training was handed in",
        };
        Self { layers, image, whose, weights }
    }

    /// A model of it in this guest.
    pub(super) fn open(&self, guest: &mut dyn Guest) -> Called<ModelId> {
        match &self.weights {
            Weights::Trained(checkpoint) => guest.restore(checkpoint),
            Weights::Drawn(parameters) => {
                guest.build(&self.layers, 0)?.then(|model| Ok(guest.load(model, parameters)?.map(|()| model)))
            }
        }
    }

    /// So many images, of noise.
    pub(super) fn images(&self, count: u32, draw: &mut Draw) -> Tensor {
        let [channels, height, width] = self.image;
        draw.uniforms(Shape::from([count, channels, height, width]), 1.0)
    }
}
