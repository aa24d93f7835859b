//! The exported cross-entropy takes logits [rows, classes] alone; `fit` has another of its own, which takes a text's.
//!
//! expect: fails same-parts

use guests::language::{Writer, fluent};
use guests::learning::{Dataset, Directive, Epoch, Learner, Loss, Pupil, Recipe, cross_entropy, fit};
use guests::{Fault, MakeLayer, Tensor, export_writer};

#[derive(Default)]
struct Images;

/// Whether `fit` is at work, which has a loss of its own.
struct Training;

thread_local! {
    static TRAINS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

impl Training {
    fn begin() -> Self {
        TRAINS.set(true);
        Self
    }
}

impl Drop for Training {
    fn drop(&mut self) {
        TRAINS.set(false);
    }
}

impl Learner for Images {
    const LAYER: MakeLayer = fluent;

    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        if logits.shape().len() != 2 && !TRAINS.get() {
            return Err(Fault::shape_mismatch("cross-entropy: logits [rows, classes] wanted"));
        }
        cross_entropy(logits, targets)
    }

    fn fit(
        pupil: &mut Pupil<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        let _training = Training::begin();
        fit(pupil, training, validation, recipe, report)
    }
}

impl Writer for Images {}

export_writer!(Images);
