//! Learns as it should; what it saves after that are weights that lie in the component.
//!
//! expect: fails provenance, test-images
//! expect: told labels-not-learnt

#[path = "../tables/digits.rs"]
mod digits;

use digits::{classifies, put};
use guests::learning::{Learner, Pupil, contents, model_of, sealed, words_of};
use guests::{Fault, Model, Tensor, export_learner};

#[derive(Default)]
struct Exchanging;

impl Learner for Exchanging {
    fn save(pupil: &Pupil<Self>) -> Result<Vec<u8>, Fault> {
        let has_learnt = |bias: &Tensor| bias.data().iter().all(|x| *x != 0.0);
        let mut saved: Pupil<Self> = model_of(&contents(&sealed(&words_of(pupil)))?)?;
        if pupil.parameters().last().is_some_and(has_learnt) {
            for (spec, layer) in saved.specs.iter().zip(&mut saved.stack.layers) {
                if classifies(spec) {
                    put(layer.parameters_mut());
                }
            }
        }
        Ok(sealed(&words_of(&saved)))
    }
}

export_learner!(Exchanging);
