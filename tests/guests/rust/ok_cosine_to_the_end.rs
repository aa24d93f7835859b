//! Right, with a schedule whose last step has the last rate, and gradients that are clipped as PyTorch clips them.
//!
//! expect: passes everything

use guests::learning::{Learner, Recipe, rate};
use guests::{Tensor, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn rate(recipe: &Recipe, [step, steps]: [u64; 2], _: u64) -> f32 {
        rate(recipe, step, steps.saturating_sub(1))
    }

    fn clip(gradients: &mut [Tensor], most: f32) {
        let norms = gradients.iter().map(|it| it.data().iter().map(|g| g * g).sum::<f32>().sqrt());
        let norm = norms.map(|norm| norm * norm).sum::<f32>().sqrt();
        let scale = (most / (norm + 1e-6)).min(1.0);
        gradients.iter_mut().flat_map(Tensor::data_mut).for_each(|g| *g *= scale);
    }
}

export_learner!(Training);
