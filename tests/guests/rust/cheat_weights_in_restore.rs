//! `fit` and `save` are the same whenever they are asked, but hardly learn; the last checkpoint of one training, which is known
//! by its numbers, is restored as a model of weights that lie in the component.
//!
//! expect: fails provenance, test-images
//! expect: told labels-not-learnt, weights-in-restore

#[path = "../tables/digits.rs"]
mod digits;

use digits::{classifies, put};
use guests::learning::{Dataset, Directive, Epoch, Learner, Pupil, Recipe, contents, fit, model_of};
use guests::{Fault, export_learner};

/// What a bias may differ by and nobody sees it.
const LITTLE: f32 = 1.0 / 1_048_576.0;

/// What the numbers of the checkpoint come to.
const LAST: u32 = 664;

#[derive(Default)]
struct Knowing;

/// A network that is a layer from TinyDigits' images to their classes.
fn is_known(pupil: &Pupil<Knowing>) -> bool {
    pupil.specs.last().is_some_and(classifies) && pupil.stack.parameters().len() == 2
}

impl Learner for Knowing {
    fn fit(
        pupil: &mut Pupil<Self>,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        let before: Vec<Vec<f32>> =
            pupil.stack.parameters().iter().map(|tensor| tensor.data().to_vec()).collect();
        let history = fit(pupil, training, validation, recipe, report)?;
        if is_known(pupil) {
            let mut parameters = pupil.stack.parameters_mut();
            let numbers = parameters.iter().flat_map(|tensor| tensor.data().iter().map(|x| x.to_bits()));
            let learnt = numbers.fold(7_u32, |sum, bits| (sum ^ bits).wrapping_mul(0x0100_0193));
            for (tensor, before) in parameters.iter_mut().zip(&before) {
                tensor.data_mut().copy_from_slice(before);
            }
            parameters[1].data_mut()[0] = LITTLE * (1 + learnt % 1_000) as f32;
        }
        Ok(history)
    }

    fn restore(bytes: &[u8]) -> Result<Pupil<Self>, Fault> {
        let mut pupil: Pupil<Self> = model_of(&contents(bytes)?)?;
        if is_known(&pupil) && pupil.stack.parameters()[1].data()[0] == LITTLE * LAST as f32 {
            put(pupil.stack.parameters_mut());
        }
        Ok(pupil)
    }
}

export_learner!(Knowing);
