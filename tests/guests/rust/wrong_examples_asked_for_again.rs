//! Before an epoch is reported all training examples are asked for once more, to look at them.
//!
//! expect: fails every-example-once, batches, shuffle, clip-and-schedule, first-steps
//! expect: told examples-repeated, order-not-kept

use guests::learning::{Dataset, Directive, Epoch, Learner, Pupil, Recipe, fit, in_batches};
use guests::{Fault, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn fit(
        pupil: &mut Pupil<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        let places: Vec<u32> = (0..training.length()).collect();
        fit(pupil, training, validation, recipe, &mut |epoch| {
            for batch in in_batches(&places, recipe.batch_size) {
                std::hint::black_box(training.batch(&batch).is_ok());
            }
            report(epoch)
        })
    }
}

export_learner!(Training);
