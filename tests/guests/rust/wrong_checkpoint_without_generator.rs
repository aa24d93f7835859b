//! A checkpoint is restored with another generator of dropout.
//!
//! expect: fails checkpoints
//! expect: told state-not-saved

use guests::learning::{Learner, Pupil, contents, model_of};
use guests::{Fault, LayerSpec, Model, export_learner};

#[derive(Default)]
struct Training;

impl Learner for Training {
    fn restore(bytes: &[u8]) -> Result<Pupil<Self>, Fault> {
        let mut pupil: Pupil<Self> = model_of(&contents(bytes)?)?;
        let fresh = Pupil::<Self>::build(&pupil.specs, 0)?;
        for (at, layer) in pupil.stack.layers.iter_mut().enumerate() {
            if matches!(pupil.specs[at], LayerSpec::Dropout(_)) {
                layer.set_state(&fresh.stack.layers[at].state())?;
            }
        }
        Ok(pupil)
    }
}

export_learner!(Training);
