//! A checkpoint holds weights of 16 bits (bfloat16).
//!
//! expect: fails restore-exact, checkpoints
//! expect: told not-restored-exactly, state-not-saved

use guests::learning::{Learner, Pupil, contents, model_of};
use guests::{Fault, export_learner};

#[derive(Default)]
struct Rounding;

impl Learner for Rounding {
    fn restore(bytes: &[u8]) -> Result<Pupil<Self>, Fault> {
        let mut pupil = model_of::<Self>(&contents(bytes)?)?;
        for parameter in pupil.stack.parameters_mut() {
            parameter.data_mut().iter_mut().for_each(|x| *x = f32::from_bits(x.to_bits() & 0xffff_0000));
        }
        Ok(pupil)
    }
}

export_learner!(Rounding);
