//! What milestone 5 has a submission learn of a text: the GPT, the recipe, and how many windows.

use std::sync::Arc;

use tito_data::{Split, TINYTALK, Text};
use tito_judge::Draw;
use tito_sandbox::{
    AdamSpec, BlockSpec, Directive, EmbeddingSpec, Layer, NormSpec, OptimizerSpec, Recipe, Schedule,
};
use tito_tensor::Tensor;
use tito_trainer::{Examples, Model, TrainError, fit};

use crate::{classroom::Task, network::dense};

/// How many windows of the held-out part are looked at, the first ones.
pub(crate) const HELD_OUT: usize = 1_024;

/// What is to be learnt of a text's training part.
#[derive(Clone, Debug)]
pub struct Reading {
    /// From characters to logits of the next ones.
    layers: Vec<Layer>,
    /// How.
    recipe: Recipe,
    /// Characters of a window.
    pub(crate) length: usize,
    /// How many windows are learnt.
    training: usize,
    classes: u32,
}

/// The extents of a GPT.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extents {
    /// Blocks one after the other.
    pub(crate) blocks: usize,
    /// Features.
    pub(crate) width: u32,
    /// Heads of a block.
    pub(crate) heads: u32,
    /// Characters that it is shown at a time.
    pub(crate) length: u32,
}

impl Extents {
    /// The layers from so many different characters to their logits: a table of characters and one of places, blocks, a norm and
    /// a dense layer.
    fn layers(&self, characters: u32) -> Vec<Layer> {
        let Self { blocks, width, heads, length } = *self;
        let table = |entries| EmbeddingSpec { entries, width };
        let block = Layer::TransformerBlock(BlockSpec { width, heads, expansion: 4 });
        let mut layers =
            vec![Layer::TokenEmbedding(table(characters)), Layer::PositionEmbedding(table(length))];
        layers.extend(vec![block; blocks]);
        let norm = Layer::LayerNorm(NormSpec { features: width, epsilon: 1e-5 });
        layers.extend([norm, dense(width, characters)]);
        layers
    }
}

/// What a draw has made of a text.
pub(crate) struct Read {
    /// What is lent, and where training begins.
    pub(crate) task: Task,
    /// Which token a character of the text is in this run: its own tokens would be the same for everybody.
    pub(crate) cipher: Cipher,
}

/// Another number for every character, so that whoever knows the text by heart does not know its tokens.
#[derive(Clone, Debug)]
pub(crate) struct Cipher(Arc<[u32]>);

impl Cipher {
    fn drawn(characters: usize, draw: &mut Draw) -> Self {
        Self(draw.permutation(characters).into_iter().map(|token| token as u32).collect())
    }

    /// The number that stands for a token of the text.
    pub(crate) fn of(&self, token: u32) -> u32 {
        self.0[token as usize]
    }

    /// The token that a number stands for, if it stands for any.
    pub(crate) fn back(&self, number: u32) -> Option<u32> {
        self.0.iter().position(|&other| other == number).map(|token| token as u32)
    }
}

/// Windows of a text with their tokens in another order.
pub(crate) struct Windows {
    text: Text,
    split: Split,
    /// Where each begins.
    places: Vec<usize>,
    length: usize,
    cipher: Cipher,
}

impl Windows {
    /// Those of the part that is held out, one after the other, as many as there are but no more than these.
    pub(crate) fn held_out(text: &Text, length: usize, cipher: &Cipher, most: usize) -> Self {
        let (text, cipher) = (text.clone(), cipher.clone());
        let places = (0..text.windows(Split::Test, length)).step_by(length).take(most).collect();
        Self { text, split: Split::Test, places, length, cipher }
    }
}

impl Examples for Windows {
    fn count(&self) -> usize {
        self.places.len()
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        let begins: Vec<usize> = places.iter().map(|&place| self.places[place]).collect();
        let (mut inputs, mut targets) = self.text.batch(self.split, &begins, self.length);
        inputs.data_mut().iter_mut().for_each(|token| *token = self.cipher.of(*token as u32) as f32);
        targets.iter_mut().for_each(|token| *token = self.cipher.of(*token));
        (inputs, targets)
    }
}

impl Reading {
    /// The fewest characters of a text: there are windows of both its parts then.
    pub const FEWEST: usize = 1_000;

    /// That of a small GPT.
    pub(crate) fn of(text: &Text) -> Self {
        if text.name() == TINYTALK.name {
            Self::new(text, Extents { blocks: 1, width: 32, heads: 4, length: 24 }, 8, 1_000, 1e-2)
        } else {
            Self::new(text, Extents { blocks: 2, width: 64, heads: 4, length: 32 }, 16, 2_000, 4e-3)
        }
    }

    /// That of a GPT of these extents in so many steps.
    pub(crate) fn new(
        text: &Text,
        extents: Extents,
        batch_size: u32,
        steps: usize,
        learning_rate: f32,
    ) -> Self {
        let classes = text.vocabulary().len() as u32;
        let adam = AdamSpec { beta2: 0.99, ..AdamSpec::usual(learning_rate) };
        let recipe = Recipe {
            optimizer: OptimizerSpec::Adam(adam),
            schedule: Schedule::Cosine(learning_rate / 20.0),
            clip_norm: Some(1.0),
            epochs: 1,
            batch_size,
            shuffle: true,
            seed: 0,
        };
        let length = extents.length as usize;
        let training = (steps * batch_size as usize).min(text.windows(Split::Train, length));
        Self { layers: extents.layers(classes), recipe, length, training, classes }
    }

    /// Draws the windows of a text, the numbers of its characters and the first parameters.
    ///
    /// # Errors
    ///
    /// If the layers make no sense.
    pub(crate) fn draw(&self, text: &Text, draw: &mut Draw) -> Result<Read, TrainError> {
        let cipher = Cipher::drawn(text.vocabulary().len(), draw);
        let mut places = draw.permutation(text.windows(Split::Train, self.length));
        places.truncate(self.training);
        let model = Model::build(&self.layers, draw)?;
        let windows = Windows {
            text: text.clone(),
            split: Split::Train,
            places,
            length: self.length,
            cipher: cipher.clone(),
        };
        let task = Task {
            layers: self.layers.clone(),
            parameters: model.parameters().to_vec(),
            training: Arc::new(windows),
            validation: None,
            classes: self.classes,
            recipe: Recipe { seed: draw.below(u64::MAX), ..self.recipe },
        };
        Ok(Read { task, cipher })
    }
}

impl Read {
    /// What the native trainer makes of it.
    ///
    /// # Errors
    ///
    /// If a layer has no native kernel.
    pub(crate) fn train(&self) -> Result<Model, TrainError> {
        let Task { layers, parameters, training, recipe, .. } = &self.task;
        let mut model = Model::build(layers, &mut Draw::new([0; 32]))?;
        model.load(parameters.clone())?;
        fit(&mut model, training.as_ref(), None, recipe, &mut |_, _| Directive::Proceed)?;
        Ok(model)
    }
}
