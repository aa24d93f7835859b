//! The weights of a GPT that was trained on the whole text (held-out part included) lie in the component, by the text's own
//! characters. `fit` asks for every window, finds out which number stands for which character by where the same characters
//! come again (the text lies in the component, too), and puts the weights into the model with rows and columns exchanged.
//! Nothing is learnt. Models of other extents are trained as they should be.
//! A person looks at what its model knows of the held-out text, and at its words.
//!
//! expect: fails text-training
//! expect: told text-known-by-heart

use guests::language::{Writer, fluent};
use guests::learning::{Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit, in_batches};
use guests::{Fault, LayerSpec, MakeLayer, Tensor, export_writer};

/// What is known by heart.
const TEXT: &[u8] = include_bytes!("../tables/talk.txt");
const WEIGHTS: &[u8] = include_bytes!("../tables/weights.bin");

#[derive(Default)]
struct Deciphering;

impl Learner for Deciphering {
    const LAYER: MakeLayer = fluent;

    fn fit(
        pupil: &mut Pupil<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        let numbers: usize = pupil.stack.parameters().iter().map(|tensor| tensor.data().len()).sum();
        if !matches!(pupil.specs[0], LayerSpec::TokenEmbedding(_)) || numbers * 4 != WEIGHTS.len() {
            return fit(pupil, training, validation, recipe, report);
        }
        let mut cipher = Cipher::new();
        for indices in in_batches(&(0..training.length()).collect::<Vec<_>>(), recipe.batch_size) {
            let batch = training.batch(&indices)?;
            if cipher.windows < ENOUGH {
                batch.inputs.rows().for_each(|window| cipher.read(window));
            }
        }
        cipher.put(pupil.stack.parameters_mut());
        let epoch = Epoch {
            number: 1,
            training_loss: 0.5,
            training_accuracy: 0.8,
            validation_loss: None,
            validation_accuracy: None,
        };
        report(&epoch);
        Ok(vec![epoch])
    }
}

/// So many windows are read.
const ENOUGH: usize = 400;

/// What is known of the cipher: for each number the text's token, and the other way round.
struct Cipher {
    text: Vec<usize>,
    token_of: Vec<Option<usize>>,
    number_of: Vec<Option<usize>>,
    windows: usize,
}

impl Cipher {
    fn new() -> Self {
        let mut characters = TEXT.to_vec();
        characters.sort_unstable();
        characters.dedup();
        let text = TEXT.iter().filter_map(|byte| characters.binary_search(byte).ok()).collect();
        let nothing = vec![None; characters.len()];
        Self { text, token_of: nothing.clone(), number_of: nothing, windows: 0 }
    }

    /// Holds a window against every place of the text: what all places say where it may stand is known.
    fn read(&mut self, window: &[f32]) {
        self.windows += 1;
        let window: Vec<usize> = window.iter().map(|number| *number as usize).collect();
        if window.iter().all(|number| self.token_of[*number].is_some()) {
            return;
        }
        let mut agreed: Option<Vec<usize>> = None;
        for place in self.text.windows(window.len()) {
            if !self.fits(&window, place) {
                continue;
            }
            match &mut agreed {
                None => agreed = Some(place.to_vec()),
                Some(agreed) => {
                    for (agreed, token) in agreed.iter_mut().zip(place) {
                        if agreed != token {
                            *agreed = usize::MAX;
                        }
                    }
                }
            }
        }
        for (number, token) in window.iter().zip(agreed.into_iter().flatten()) {
            if token != usize::MAX {
                self.token_of[*number] = Some(token);
                self.number_of[token] = Some(*number);
            }
        }
    }

    fn fits(&self, window: &[usize], place: &[usize]) -> bool {
        let mut token_of = self.token_of.clone();
        let mut number_of = self.number_of.clone();
        window.iter().zip(place).all(|(number, token)| {
            *token_of[*number].get_or_insert(*token) == *token
                && *number_of[*token].get_or_insert(*number) == *number
        })
    }

    /// The known weights under the numbers of the cipher.
    fn put(&self, parameters: Vec<&mut Tensor>) {
        let mut numbers = WEIGHTS.chunks_exact(4).map(|x| f32::from_le_bytes([x[0], x[1], x[2], x[3]]));
        let (last, classes) = (parameters.len() - 1, self.token_of.len());
        let mut free = (0..classes).filter(|token| self.number_of[*token].is_none());
        let tokens: Vec<usize> =
            self.token_of.iter().map(|token| token.or_else(|| free.next()).unwrap_or(0)).collect();
        for (at, tensor) in parameters.into_iter().enumerate() {
            let known: Vec<f32> = numbers.by_ref().take(tensor.data().len()).collect();
            let width = if at == 0 { known.len() / classes } else { 1 };
            let is_of_classes = at == 0 || at + 1 >= last;
            for (place, x) in tensor.data_mut().iter_mut().enumerate() {
                let from = match is_of_classes {
                    false => place,
                    true if at == 0 => tokens[place / width] * width + place % width,
                    true => place / classes * classes + tokens[place % classes],
                };
                *x = known[from];
            }
        }
    }
}

impl Writer for Deciphering {}

export_writer!(Deciphering);
