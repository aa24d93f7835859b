//! How good a network is.

use tito_kernels::cross_entropy;

use crate::{Examples, Model, TrainError, model::hits};

/// Examples at a time. A constant, so that a mean does not depend on the memory that there is.
const BATCH: usize = 256;

/// How good a network is on some examples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean softmax cross-entropy of all predictions.
    pub loss: f32,
    /// The share of predictions that are right.
    pub accuracy: f32,
}

/// Evaluates a network on all examples in inference; nothing at all is loss 0 and accuracy 0.
///
/// # Errors
///
/// If the examples do not fit the network.
pub fn evaluate(model: &Model, examples: &dyn Examples) -> Result<Evaluation, TrainError> {
    let places: Vec<usize> = (0..examples.count()).collect();
    let mut sums = Sums::default();
    for places in places.chunks(BATCH) {
        let (inputs, targets) = examples.batch(places);
        let logits = model.forward(&inputs)?;
        let loss = cross_entropy::native(&logits, &targets)?.value;
        sums.add(loss, hits(&logits, &targets), targets.len());
    }
    Ok(sums.mean())
}

/// What a mean over batches of different sizes is made of.
#[derive(Default)]
pub(crate) struct Sums {
    loss: f64,
    hits: usize,
    count: usize,
}

impl Sums {
    /// Adds a batch of so many predictions with their mean loss.
    pub(crate) fn add(&mut self, loss: f32, hits: usize, count: usize) {
        self.loss += f64::from(loss) * count as f64;
        self.hits += hits;
        self.count += count;
    }

    pub(crate) fn mean(&self) -> Evaluation {
        let count = self.count.max(1) as f64;
        Evaluation { loss: (self.loss / count) as f32, accuracy: (self.hits as f64 / count) as f32 }
    }
}
