//! Where it is validated a step is made, too, on the validation examples.
//!
//! expect: fails validation-untouched, clip-and-schedule, first-steps
//! expect: told validation-learnt

use guests::learning::{Dataset, Learner, Pupil, evaluate};
use guests::{Fault, Mode, Model, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn evaluate(pupil: &mut Pupil<Self>, data: &dyn Dataset) -> Result<[f32; 2], Fault> {
        let batch = data.batch(&(0..data.length()).collect::<Vec<_>>())?;
        pupil.zero_gradients();
        let logits = pupil.forward(&batch.inputs, Mode::Training)?;
        let loss = Self::cross_entropy(&logits, &batch.targets)?;
        pupil.backward(&loss.gradient)?;
        let gradients = pupil.stack.gradients();
        for (parameter, gradient) in pupil.stack.parameters_mut().into_iter().zip(&gradients) {
            let pairs = parameter.data_mut().iter_mut().zip(gradient.data());
            pairs.for_each(|(parameter, slope)| *parameter -= 0.02 * slope);
        }
        evaluate(pupil, data, Mode::Inference)
    }
}

export_learner!(Training);
