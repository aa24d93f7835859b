//! The validation examples are shuffled, too, by the generator of the training examples.
//!
//! expect: fails validation-untouched
//! expect: told validation-learnt

use std::cell::Cell;

use guests::learning::{Dataset, Learner, Pupil, Recipe, evaluate, shuffled};
use guests::{Fault, Mode, Rng, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn rng(recipe: &Recipe) -> Rng {
        SEED.set(recipe.seed);
        Rng::new(recipe.seed)
    }

    fn shuffled(length: u32, _: &mut Rng) -> Vec<u32> {
        let mut rng = Rng::new(SEED.get());
        let order = shuffled(length, &mut rng);
        SEED.set(rng.state());
        order
    }

    fn evaluate(pupil: &mut Pupil<Self>, data: &dyn Dataset) -> Result<[f32; 2], Fault> {
        Self::shuffled(data.length(), &mut Rng::new(0));
        evaluate(pupil, data, Mode::Inference)
    }
}

thread_local! {
    /// Where the one generator stands.
    static SEED: Cell<u64> = const { Cell::new(0) };
}

export_learner!(Training);
