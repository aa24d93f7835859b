//! `fit` asks for everything that it should and learns nothing of it, but reports a loss that falls.
//!
//! expect: fails true-reports, same-seed, clip-and-schedule, images, beats-linear, one-batch, loss-falls
//! expect: fails first-steps, test-images
//! expect: told metrics-not-true, nothing-learnt, recipe-seed-ignored, batch-not-learnt, loss-does-not-fall

use guests::learning::{Dataset, Directive, Epoch, Learner, Pupil, Recipe, in_batches, shuffled};
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
        if recipe.batch_size == 0 {
            return Err(Fault::invalid_argument("fit: batches of nothing"));
        }
        let (mut rng, mut history) = (Self::rng(recipe), Vec::new());
        let length = training.length();
        for number in 1..=recipe.epochs {
            let order = if recipe.shuffle { shuffled(length, &mut rng) } else { (0..length).collect() };
            for indices in in_batches(&order, recipe.batch_size) {
                training.batch(&indices)?;
            }
            let valid = validation.map(|data| data.batch(&[0])).transpose()?;
            let (training_loss, training_accuracy) = (1.0 / number as f32, 1.0 - 0.5 / number as f32);
            let [validation_loss, validation_accuracy] =
                [training_loss, training_accuracy].map(|figure| valid.is_some().then_some(figure));
            let epoch =
                Epoch { number, training_loss, training_accuracy, validation_loss, validation_accuracy };
            history.push(epoch);
            if report(&epoch) == Directive::Stop {
                break;
            }
        }
        std::hint::black_box(pupil);
        Ok(history)
    }
}

export_learner!(Training);
