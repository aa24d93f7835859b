//! Every `fit` moves the first weight of every model that there is, and not only of its own.
//!
//! expect: fails undisturbed
//! expect: told other-model-moved

use std::cell::Cell;

use guests::language::{Writer, fluent};
use guests::learning::{Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit};
use guests::{Fault, MakeLayer, Stack, Tensor, export_writer};

thread_local! {
    /// Runs of all models together.
    static RUNS: Cell<u32> = const { Cell::new(0) };
}

/// A model that counts its own runs.
#[derive(Default)]
struct Sharing(u32);

impl Learner for Sharing {
    const LAYER: MakeLayer = fluent;

    fn parameters(&self, stack: &Stack) -> Vec<Tensor> {
        let mut parameters = stack.parameters();
        let others = RUNS.get() - self.0;
        if let Some(first) = parameters.first_mut().and_then(|tensor| tensor.data_mut().first_mut()) {
            *first *= 1.0 + 1e-3 * others as f32;
        }
        parameters
    }

    fn fit(
        pupil: &mut Pupil<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        RUNS.set(RUNS.get() + 1);
        pupil.learner.0 += 1;
        fit(pupil, training, validation, recipe, report)
    }
}

impl Writer for Sharing {}

export_writer!(Sharing);
