//! How many images a checkpoint recognises.

use rayon::prelude::*;
use tito_judge::Findings;
use tito_sandbox::{HostError, Outcome};
use tito_trainer::Examples;

use crate::{Context, full_training::count};

/// Images for one guest.
const IMAGES: usize = 1_000;

/// The share of some examples that a checkpoint recognises, each thousand of them in a guest of its own; or the first
/// outcome that is no answer.
pub(super) fn recognised(
    context: &Context<'_>,
    checkpoint: &[u8],
    examples: &(dyn Examples + Sync),
    places: &[usize],
    findings: &mut Findings,
) -> Result<Outcome<f64>, HostError> {
    let classes = context.data.form().classes;
    let of_guest = |places: &[usize]| {
        context.examiner().with_guest(|guest| {
            guest.restore(checkpoint)?.then(|model| count(guest, model, classes, examples, places))
        })
    };
    let parts: Vec<_> = places.par_chunks(IMAGES).map(of_guest).collect::<Result<_, _>>()?;
    let mut hits = 0.0;
    for (places, (outcome, usage)) in places.chunks(IMAGES).zip(parts) {
        findings.used(usage);
        match outcome {
            Outcome::Answer(counted) => hits += counted.accuracy * places.len() as f64,
            other => return Ok(other.map(|_| unreachable!("it is no answer"))),
        }
    }
    Ok(Outcome::Answer(hits / places.len().max(1) as f64))
}
